"""Responses of the sign-in page; its script needs a browser and an issuer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from app.modules.identity.infrastructure.oidc.issuer import Issuer
from app.modules.identity.infrastructure.oidc.providers import provider
from app.modules.identity.presentation.sign_in.routes import sign_in_router
from app.platform.clock import utc_now
from app.platform.http.middleware.request_context import RequestContext
from app.platform.http.middleware.security_headers import SecurityHeaders
from app.platform.http.problems import install_problem_handlers
from tests.issuers.local import AUDIENCE, CLIENT_ID, LocalIssuer


@asynccontextmanager
async def open_browser(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of a service with the sign-in page only."""
    app = FastAPI()
    app.include_router(sign_in_router(issuer, AUDIENCE, CLIENT_ID, provider))
    install_problem_handlers(app)
    app.add_middleware(SecurityHeaders, https_only=False)
    app.add_middleware(RequestContext, quiet_paths=())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        yield browser
    await issuer.close()


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    with LocalIssuer() as local:
        async with open_browser(Issuer(local.url, clock=utc_now)) as browser:
            yield browser


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/callback?code=x&state=y"])
async def test_page_policy_allows_own_files_and_the_token_endpoint(
    browser: httpx.AsyncClient, path: str
) -> None:
    response = await browser.get(path)

    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert policy[-1] == "connect-src 'self' https://tokens.test"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert '<script type="module" src="/sign-in/sign_in.js"></script>' in response.text
    assert response.text.count("<script") == 1
    assert "style=" not in response.text


async def test_script_and_style_are_served(browser: httpx.AsyncClient) -> None:
    script = await browser.get("/sign-in/sign_in.js")
    style = await browser.get("/sign-in/style.css")

    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "default-src 'none'" in script.headers["Content-Security-Policy"]


async def test_configuration_names_endpoints_and_parameters(browser: httpx.AsyncClient) -> None:
    configuration = (await browser.get("/sign-in/configuration")).json()

    issuer = configuration["issuer"]
    assert configuration == {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": "https://tokens.test/token",
        "end_session_endpoint": None,
        "client_id": CLIENT_ID,
        "scope": provider.SCOPE,
        "parameters": provider.authorization_parameters(AUDIENCE),
    }
    assert "openid" in provider.SCOPE.split()


async def test_outage_of_the_issuer_returns_503() -> None:
    with LocalIssuer() as local:
        pass
    async with open_browser(Issuer(local.url, clock=utc_now)) as browser:
        response = await browser.get("/sign-in")

    assert response.status_code == 503
    assert response.json()["detail"] == "The identity provider does not respond."
