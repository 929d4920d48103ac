"""The key that signs identity tokens. It stays in the data folder."""

from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from practice.tls import write_private
from practice.trouble import Trouble


class SigningKey:
    """An ES256 key, made at the first start and the same from then on.

    Args:
        folder: where `id-token.pem` stands; made if need be.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / "id-token.pem"
        if not path.exists():
            write_private(path, ECKey.generate_key("P-256").as_pem(private=True))
        try:
            self._key = ECKey.import_key(path.read_bytes())
        except (JoseError, ValueError) as fault:
            raise Trouble(f"{path} is damaged; remove it and the service makes a new one.") from (
                fault
            )
        self._id = self._key.thumbprint()

    def sign(self, claims: dict[str, Any]) -> str:
        """*claims* as a signed JWT."""
        return jwt.encode({"alg": "ES256", "typ": "JWT", "kid": self._id}, claims, self._key)

    def public(self) -> dict[str, Any]:
        """The JWK set that others check signatures with."""
        return {
            "keys": [
                {**self._key.as_dict(private=False), "kid": self._id, "use": "sig", "alg": "ES256"}
            ]
        }
