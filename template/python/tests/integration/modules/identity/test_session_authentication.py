"""Sessions over HTTP, on a real database."""

from http.cookies import SimpleCookie

import httpx
import pytest

from app.platform.auth.session import COOKIE, REQUEST_HEADER
from tests.access_rules.logins import Headers
from tests.logins import login

EVERYWHERE = "/api/v1/auth/logout-everywhere"


async def test_session_cookie_is_secure_http_only_and_same_site(
    client: httpx.AsyncClient, user: Headers
) -> None:
    credentials = {"email": "user@example.com", "password": login.PASSWORD}
    response = await client.post("/api/v1/auth/login", json=credentials)

    (cookie,) = SimpleCookie(response.headers["Set-Cookie"]).values()
    assert cookie.key == COOKIE == "__Host-session"
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert (cookie["samesite"], cookie["domain"]) == ("strict", "")


@pytest.mark.parametrize("token", [None, "", "nonsense", "ñ"])
async def test_missing_or_wrong_csrf_token_returns_403(
    client: httpx.AsyncClient, user: Headers, token: str | None
) -> None:
    headers = {b"Cookie": user["Cookie"].encode()}
    if token is not None:
        headers[REQUEST_HEADER.encode()] = token.encode("latin-1")

    assert (await client.post(EVERYWHERE, headers=headers)).status_code == 403
    assert (await client.get("/api/v1/me", headers=user)).status_code == 200


async def test_session_returns_its_csrf_token(client: httpx.AsyncClient, user: Headers) -> None:
    session = await client.get("/api/v1/auth/session", headers={"Cookie": user["Cookie"]})

    assert session.json()["csrf_token"] == user[REQUEST_HEADER]


async def test_login_ends_the_previous_session(client: httpx.AsyncClient, user: Headers) -> None:
    credentials = {"email": "user@example.com", "password": login.PASSWORD}
    headers = {"Cookie": user["Cookie"]}
    response = await client.post("/api/v1/auth/login", json=credentials, headers=headers)

    assert response.cookies[COOKIE] not in user["Cookie"]
    client.cookies.clear()
    assert (await client.get("/api/v1/me", headers=user)).status_code == 401


async def test_logout_ends_one_session_or_all(client: httpx.AsyncClient, user: Headers) -> None:
    here, there = [await login.log_in(client, "user@example.com") for _ in range(2)]

    assert (await client.post("/api/v1/auth/logout", headers=here)).status_code == 204
    assert (await client.get("/api/v1/me", headers=here)).status_code == 401
    assert (await client.get("/api/v1/me", headers=there)).status_code == 200

    assert (await client.post(EVERYWHERE, headers=there)).status_code == 204
    assert (await client.get("/api/v1/me", headers=user)).status_code == 401


async def test_missing_or_invalid_cookie_returns_401_with_challenge(
    client: httpx.AsyncClient,
) -> None:
    for headers in ({}, {"Cookie": f"{COOKIE}=nonsense"}):
        response = await client.get("/api/v1/me", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Cookie"
