"""Fills in the sign-in page without a browser: for the demo practice and for tours.

It walks the same road a browser does: the page, its form, and back to the listener.
"""

from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2

from reception.api.exchange import LOOPBACK, http_client
from reception.api.trust import Trust
from reception.records.problem import ServiceUnreachable, SignInFailed

STEPS = 6
_REDIRECTS = (301, 302, 303, 307, 308)


class FormBrowser:
    """Signs a known account in at the service's own sign-in page.

    Args:
        trust: whom to trust.
        user: account name.
        password: its password.
    """

    def __init__(self, trust: Trust, user: str, password: str) -> None:
        self._trust = trust
        self._user = user
        self._password = password

    async def visit(self, address: str) -> None:
        """Open *address*, fill in its form, and follow the way back.

        Raises:
            SignInFailed: there is no form, or it comes back.
            ServiceUnreachable: nobody answers.
        """
        async with http_client(address, self._trust) as http:
            try:
                page = await http.get(address)
                form = _form_in(page, self._user, self._password)
                answer = await http.post(urljoin(address, form.action), data=form.fields)
                for _ in range(STEPS):
                    if answer.status_code not in _REDIRECTS:
                        break
                    address = urljoin(address, answer.headers.get("Location", ""))
                    answer = await http.get(address)
            except httpx2.HTTPError as error:
                raise ServiceUnreachable() from error
        if answer.status_code != 200 or httpx2.URL(address).host not in LOOPBACK:
            raise SignInFailed(f"The practice did not let {self._user} in.")


class _Form(HTMLParser):
    """The first form of a page that asks for a password."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.user_field = ""
        self.password_field = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of forms and their inputs."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.password_field:
            self._inside, self.action, self.fields = True, found.get("action", ""), {}
        elif tag == "input" and self._inside and found.get("name"):
            kind = found.get("type", "text")
            if kind == "hidden":
                self.fields[found["name"]] = found.get("value", "")
            elif kind == "password":
                self.password_field = found["name"]
            elif kind in ("text", "email") and not self.user_field:
                self.user_field = found["name"]

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self._inside = False


def _form_in(page: httpx2.Response, user: str, password: str) -> _Form:
    form = _Form()
    form.feed(page.text)
    if page.status_code != 200 or not form.user_field or not form.password_field:
        raise SignInFailed("The practice's sign-in page could not be read.")
    form.fields |= {form.user_field: user, form.password_field: password}
    return form
