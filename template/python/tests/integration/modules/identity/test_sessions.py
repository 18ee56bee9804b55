"""Sessions over HTTP, on a real database."""

from http.cookies import SimpleCookie

import httpx
import pytest

from app.platform.auth.session import COOKIE, REQUEST_HEADER
from tests.access_rules.logins import Headers
from tests.logins import login

EVERYWHERE = "/api/v1/auth/logout-everywhere"


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    client: httpx.AsyncClient, newcomer: Headers
) -> None:
    credentials = {"email": "newcomer@example.com", "password": login.PASSWORD}
    response = await client.post("/api/v1/auth/login", json=credentials)

    (cookie,) = SimpleCookie(response.headers["Set-Cookie"]).values()
    assert cookie.key == COOKIE == "__Host-session"
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert (cookie["samesite"], cookie["domain"]) == ("strict", "")


@pytest.mark.parametrize("token", [None, "", "nonsense", "ñ"])
async def test_other_sites_cannot_make_a_browser_write(
    client: httpx.AsyncClient, newcomer: Headers, token: str | None
) -> None:
    headers = {b"Cookie": newcomer["Cookie"].encode()}
    if token is not None:
        headers[REQUEST_HEADER.encode()] = token.encode("latin-1")

    assert (await client.post(EVERYWHERE, headers=headers)).status_code == 403
    assert (await client.get("/api/v1/me", headers=newcomer)).status_code == 200


async def test_a_page_that_was_loaded_anew_learns_its_token(
    client: httpx.AsyncClient, newcomer: Headers
) -> None:
    session = await client.get("/api/v1/auth/session", headers={"Cookie": newcomer["Cookie"]})

    assert session.json()["csrf_token"] == newcomer[REQUEST_HEADER]


async def test_a_login_ends_the_session_before_it(
    client: httpx.AsyncClient, newcomer: Headers
) -> None:
    credentials = {"email": "newcomer@example.com", "password": login.PASSWORD}
    headers = {"Cookie": newcomer["Cookie"]}
    response = await client.post("/api/v1/auth/login", json=credentials, headers=headers)

    assert response.cookies[COOKIE] not in newcomer["Cookie"]
    client.cookies.clear()
    assert (await client.get("/api/v1/me", headers=newcomer)).status_code == 401


async def test_one_logs_out_here_or_everywhere(
    client: httpx.AsyncClient, newcomer: Headers
) -> None:
    here, there = [await login.log_in(client, "newcomer@example.com") for _ in range(2)]

    assert (await client.post("/api/v1/auth/logout", headers=here)).status_code == 204
    assert (await client.get("/api/v1/me", headers=here)).status_code == 401
    assert (await client.get("/api/v1/me", headers=there)).status_code == 200

    assert (await client.post(EVERYWHERE, headers=there)).status_code == 204
    assert (await client.get("/api/v1/me", headers=newcomer)).status_code == 401


async def test_who_proves_nothing_is_told_how(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"Cookie": f"{COOKIE}=nonsense"}):
        response = await client.get("/api/v1/me", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Cookie"
