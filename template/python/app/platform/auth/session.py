"""Session cookies, and the tokens that keep other sites from using them (CSRF)."""

import hmac
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie

from app.kernel.errors import NotAllowed, NotAuthenticated

# How a 401 says what it takes (RFC 9110); there is no registered word for cookies.
CHALLENGE = "Cookie"
# The prefix makes browsers refuse it unless it is Secure, of this host alone, and for all paths.
COOKIE = "__Host-session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="What login sets.")


def csrf_token(secret: str) -> str:
    """What a page of ours sends with each unsafe request; only who holds the cookie can make it."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"csrf", sha256).hexdigest()


async def credential(request: Request, secret: Annotated[str | None, Depends(_cookie)]) -> str:
    """What the request proves its caller's identity with."""
    if secret is None:
        raise NotAuthenticated("This needs a session: log in first.")
    given = request.headers.get(CSRF_HEADER, "").encode("latin-1")
    if request.method not in SAFE_METHODS and not hmac.compare_digest(
        given, csrf_token(secret).encode()
    ):
        raise NotAllowed(f"This needs the session's csrf_token in the header {CSRF_HEADER}.")
    return secret


def describe_csrf_token(document: dict[str, Any]) -> None:
    """Say that unsafe methods need the token as well: FastAPI only knows one credential or another."""
    scheme = {"type": "apiKey", "in": "header", "name": CSRF_HEADER}
    document["components"]["securitySchemes"]["CsrfToken"] = scheme
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if "security" in operation and method.upper() not in SAFE_METHODS:
                for proofs in operation["security"]:
                    proofs["CsrfToken"] = []
                refused = operation["responses"]["401"] | {"description": "Forbidden"}
                operation["responses"].setdefault("403", refused)


async def _without_check(request: Request) -> str | None:
    return request.cookies.get(COOKIE)


Credential = Annotated[str, Depends(credential)]
Cookie = Annotated[str | None, Depends(_without_check)]


def set_cookie(response: Response, secret: str) -> None:
    """Give the browser a session; it ends with the browser, or when the server says so."""
    response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="strict", path="/")


def forget_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
