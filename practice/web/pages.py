"""The pages of the sign-in."""

import secrets

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response


class Pages:
    """Renders the pages. They need no script and load nothing from anywhere."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("practice.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def sign_in(
        self,
        *,
        practice: str,
        client: str,
        token: str,
        user: str = "",
        problem: str = "",
        notice: str = "",
        returns_to: str,
        status: int = 200,
    ) -> Response:
        """The page with the form; see `identity.SignInPages`."""
        return self._page(
            "sign_in.html",
            status,
            # A form's redirect counts as its target in some browsers, so the way back is named.
            form_action=f"'self' {returns_to}",
            practice=practice,
            client=client,
            token=token,
            user=user,
            problem=problem,
            notice=notice,
        )

    def problem(self, *, practice: str, text: str, status: int) -> Response:
        """A page that only says what is wrong."""
        return self._page("problem.html", status, practice=practice, text=text)

    def _page(
        self, template: str, status: int, *, form_action: str = "'none'", **words: str
    ) -> Response:
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(
            self._templates.get_template(template).render(nonce=nonce, **words),
            status,
            headers={
                "Content-Security-Policy": "default-src 'none'; "
                f"style-src 'nonce-{nonce}'; form-action {form_action}; "
                "frame-ancestors 'none'; base-uri 'none'",
                "Cache-Control": "no-store",
            },
        )
