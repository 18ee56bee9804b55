"""Session cookies, and the tokens that protect them from cross-site request forgery (CSRF)."""

import hmac
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie

from app.kernel.errors import NotAllowed, NotAuthenticated

REQUEST_HEADER = "X-CSRF-Token"
USES_COOKIES = True
# Value of `WWW-Authenticate` (RFC 9110); no scheme is registered for cookies.
CHALLENGE = "Cookie"
# Browsers accept a cookie with this prefix only if it is Secure, host-only and for all paths.
COOKIE = "__Host-session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by login.")


def csrf_token(secret: str) -> str:
    """Return the token of a session; only the holder of the cookie can derive it."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"csrf", sha256).hexdigest()


async def credential(request: Request, secret: Annotated[str | None, Depends(_cookie)]) -> str:
    """Return the session secret of the request, after the CSRF check of unsafe methods."""
    if secret is None:
        raise NotAuthenticated("This needs a session: log in first.")
    given = request.headers.get(REQUEST_HEADER, "").encode("latin-1")
    if request.method not in SAFE_METHODS and not hmac.compare_digest(
        given, csrf_token(secret).encode()
    ):
        raise NotAllowed(f"This needs the session's csrf_token in the header {REQUEST_HEADER}.")
    return secret


async def _without_check(request: Request) -> str | None:
    return request.cookies.get(COOKIE)


Credential = Annotated[str, Depends(credential)]
Cookie = Annotated[str | None, Depends(_without_check)]


def set_cookie(response: Response, secret: str) -> None:
    """Set the session cookie; the browser deletes it when it closes."""
    response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="strict", path="/")


def delete_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")


def describe_security(document: dict[str, Any]) -> None:
    """Require the CSRF token beside the cookie: FastAPI cannot combine two schemes."""
    scheme = {"type": "apiKey", "in": "header", "name": REQUEST_HEADER}
    document["components"]["securitySchemes"]["CsrfToken"] = scheme
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if "security" in operation and method.upper() not in SAFE_METHODS:
                for requirement in operation["security"]:
                    requirement["CsrfToken"] = []
                forbidden = operation["responses"]["401"] | {"description": "Forbidden"}
                operation["responses"].setdefault("403", forbidden)
