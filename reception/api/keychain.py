"""The operating system's keychain: one refresh token per user, one key for what is kept on disk."""

SERVICE_NAME = "Reception"
DEADLINE_S = 5.0
"""A Secret Service that does not start blocks for 120 s and then raises something of its own."""


class Keychain:
    """Secrets in the keychain, through keyring on a worker thread of its own.

    Nothing here raises: a keychain that fails makes `usable` false and gives `complaint` a
    sentence, and the program goes on without.
    """

    usable: bool
    complaint: str

    async def refresh_token(self, base: str, user: str) -> str:
        """The stored refresh token, or an empty string."""
        raise NotImplementedError

    async def keep_refresh_token(self, base: str, user: str, token: str) -> bool:
        """Store *token*; whether that succeeded."""
        raise NotImplementedError

    async def forget(self, base: str, user: str) -> None:
        """Remove the refresh token."""
        raise NotImplementedError

    async def data_key(self) -> bytes:
        """The 256-bit key of the encrypted copy and of drafts; made on first use.

        Without a usable keychain: a key for this run only.
        """
        raise NotImplementedError

    async def forget_data_key(self) -> None:
        """Remove the key, so that what is on disk can never be read again."""
        raise NotImplementedError
