"""Routes of the sign-in page: static files, and the configuration of its script."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

HERE = Path(__file__).parent
# The origin of the token endpoint is added once the issuer is known.
POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "img-src data:; script-src 'self'; style-src 'self'; connect-src 'self'"
)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "end_session_endpoint")


class SignInIssuer(Protocol):
    """OpenID Connect issuer."""

    url: str

    async def metadata(self) -> Mapping[str, Any]: ...


class SignInProvider(Protocol):
    """Parameters of a kind of issuer; the modules of `providers` implement it."""

    SCOPE: str

    def authorization_parameters(self, audience: str) -> dict[str, str]:
        """Return parameters beside those of the standard."""


def sign_in_router(
    issuer: SignInIssuer, audience: str, client_id: str, provider: SignInProvider
) -> APIRouter:
    """Return the routes, which are for browsers and not part of the OpenAPI document."""
    router = APIRouter(prefix="/sign-in", include_in_schema=False)
    page = (HERE / "page.html").read_text(encoding="utf-8")
    script = (HERE / "sign_in.js").read_text(encoding="utf-8")
    style = (HERE / "style.css").read_text(encoding="utf-8")

    @router.get("")
    @router.get("/callback")
    async def sign_in() -> HTMLResponse:
        metadata = await issuer.metadata()
        endpoint = urlsplit(metadata.get("token_endpoint", issuer.url))
        policy = f"{POLICY} {endpoint.scheme}://{endpoint.netloc}"
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    @router.get("/configuration")
    async def configuration() -> dict[str, Any]:
        metadata = await issuer.metadata()
        return {
            "issuer": issuer.url,
            **{name: metadata.get(name) for name in ENDPOINTS},
            "client_id": client_id,
            "scope": provider.SCOPE,
            "parameters": provider.authorization_parameters(audience),
        }

    @router.get("/sign_in.js")
    async def sign_in_script() -> Response:
        return Response(script, media_type="text/javascript")

    @router.get("/style.css")
    async def sign_in_style() -> Response:
        return Response(style, media_type="text/css")

    return router
