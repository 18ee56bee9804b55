"""Session cookies: attributes, fixation, CSRF protection and logout."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from .accounts import AUTH, WRONG_PASSWORD, Accounts, login
from .api_clients import COOKIE, CSRF_HEADER, PASSWORD, ApiClient, LogIn, new_email
from .assertions import (
    assert_problem,
    assert_status,
    describe_exchange,
    json_body,
    parse_timestamp,
)
from .resources import Resources

pytestmark = pytest.mark.answers(auth="session")

ME = "/api/v1/me"
PUBLIC_PATHS = {f"{AUTH}/register", f"{AUTH}/login"}
UNSAFE_METHODS = ("post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def email(anonymous: httpx.Client, admin: ApiClient) -> Iterator[str]:
    """Email address of a user registered for these tests."""
    accounts = Accounts(anonymous, admin)
    yield accounts.create()
    accounts.delete_all()


def _parse_set_cookie(response: httpx.Response) -> tuple[str, str, dict[str, str]]:
    """Return name, value and attributes of the only cookie that the response sets."""
    (header,) = response.headers.get_list("Set-Cookie")
    pair, *rest = [part.strip() for part in header.split(";")]
    name, _, value = pair.partition("=")
    attributes = [part.partition("=") for part in rest]
    return name, value, {name.lower(): value for name, _, value in attributes}


def _cookie(value: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={value}"}


def _session_secret(headers: dict[str, str]) -> str:
    return headers["Cookie"].partition("=")[2]


def _assert_session_ended(http: httpx.Client, headers: dict[str, str]) -> None:
    assert_problem(http.get(ME, headers=headers), 401)
    assert_problem(http.get(f"{AUTH}/session", headers=headers), 401)
    assert_problem(http.post(f"{AUTH}/logout", headers=headers), 401)


# --- Cookie --------------------------------------------------------------------------------------


def test_login_sets_host_only_secure_http_only_cookie(anonymous: httpx.Client, email: str) -> None:
    response = login(anonymous, email, PASSWORD)
    content = json_body(response)
    name, value, attributes = _parse_set_cookie(response)
    assert name == COOKIE == "__Host-session"
    # A Domain would send the cookie to other hosts; without Max-Age it ends with the browser.
    assert attributes.keys() == {"secure", "httponly", "samesite", "path"}
    assert attributes["path"] == "/"
    assert attributes["samesite"].lower() == "strict"
    assert len(value) >= 32
    assert content.keys() == {"csrf_token", "expires_at"}
    assert parse_timestamp(content["expires_at"]) > dt.datetime.now(dt.UTC)
    assert value not in response.text
    assert content["csrf_token"] not in value


def test_failed_login_sets_no_cookie(anonymous: httpx.Client, email: str) -> None:
    response = login(anonymous, email, WRONG_PASSWORD)
    assert_problem(response, 401)
    assert "Set-Cookie" not in response.headers


def test_session_endpoint_returns_csrf_token(
    anonymous: httpx.Client, email: str, log_in: LogIn
) -> None:
    headers = log_in(email)
    response = anonymous.get(f"{AUTH}/session", headers=_cookie(_session_secret(headers)))
    assert json_body(response)["csrf_token"] == headers[CSRF_HEADER]
    assert _session_secret(headers) not in response.text
    assert_problem(anonymous.get(f"{AUTH}/session"), 401)


def _similar_values(secret: str) -> Iterator[str]:
    yield from ("", "nonsense", secret[:-1], f"{secret}x", secret.swapcase(), "x" * 5_000)
    middle = len(secret) // 2
    other = "A" if secret[middle] != "A" else "B"
    yield f"{secret[:middle]}{other}{secret[middle + 1 :]}"


def test_invalid_or_misplaced_session_cookie_returns_401(
    anonymous: httpx.Client, email: str, log_in: LogIn
) -> None:
    secret = _session_secret(log_in(email))
    for value in _similar_values(secret):
        assert_problem(anonymous.get(ME, headers=_cookie(value)), 401)
    assert_problem(anonymous.get(ME, headers={b"Cookie": f"{COOKIE}=".encode() + b"\xff\xfe"}), 401)
    # A cookie name without the __Host- prefix can be set by other hosts of the domain.
    for headers in (
        {"Cookie": f"session={secret}"},
        {"Authorization": f"Bearer {secret}"},
        {"X-API-Key": secret},
    ):
        assert_problem(anonymous.get(ME, headers=headers), 401)
    assert_problem(anonymous.get(ME, params={COOKIE: secret}), 401)
    assert_status(anonymous.get(ME, headers=_cookie(secret)), 200)


# --- Fixation ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", ["x" * 43, "nonsense"])
def test_login_ignores_session_id_chosen_by_client(
    anonymous: httpx.Client, email: str, chosen: str
) -> None:
    response = login(anonymous, email, PASSWORD, _cookie(chosen))
    _, value, _ = _parse_set_cookie(assert_status(response, 200))
    assert value != chosen
    assert_problem(anonymous.get(ME, headers=_cookie(chosen)), 401)
    assert json_body(anonymous.get(ME, headers=_cookie(value)))["email"] == email


def test_login_starts_new_session_and_ends_previous_one(
    anonymous: httpx.Client, accounts: Accounts, email: str, log_in: LogIn
) -> None:
    # The previous session belongs to the same user, or to an attacker who chose the cookie.
    for previous in (log_in(email), log_in(accounts.create())):
        elsewhere = log_in(email)
        response = login(anonymous, email, PASSWORD, previous)
        _, value, _ = _parse_set_cookie(assert_status(response, 200))
        assert value != _session_secret(previous)
        _assert_session_ended(anonymous, previous)
        assert json_body(anonymous.get(ME, headers=_cookie(value)))["email"] == email
        assert_status(anonymous.get(ME, headers=elsewhere), 200)


def test_failed_login_leaves_existing_session_valid(
    anonymous: httpx.Client, email: str, log_in: LogIn
) -> None:
    headers = log_in(email)
    assert_problem(login(anonymous, email, WRONG_PASSWORD, headers), 401)
    assert_status(anonymous.get(ME, headers=headers), 200)


# --- CSRF protection -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unsafe_operations(anonymous: httpx.Client) -> list[tuple[str, str]]:
    """Method and path of each operation that changes state and needs a session."""
    document = json_body(anonymous.get("/openapi.json"))
    return [
        (method.upper(), re.sub(r"\{\w+\}", lambda _: str(uuid4()), path))
        for path, operations in document["paths"].items()
        for method in operations.keys() & set(UNSAFE_METHODS)
        if path not in PUBLIC_PATHS
    ]


def test_unsafe_request_without_valid_csrf_token_returns_403(
    anonymous: httpx.Client,
    unsafe_operations: list[tuple[str, str]],
    second_admin: ApiClient,
    admin: ApiClient,
    log_in: LogIn,
) -> None:
    headers = second_admin.headers()
    valid = headers[CSRF_HEADER]
    tokens = {
        "none": None,
        "empty": "",
        "nonsense": "nonsense",
        "truncated": valid[:-1],
        "of another session": log_in(second_admin.email)[CSRF_HEADER],
        "of another user": admin.headers()[CSRF_HEADER],
    }
    assert {method for method, _ in unsafe_operations} >= {"POST", "PUT", "DELETE"}
    for name, token in tokens.items():
        assert token != valid
        sent = _cookie(_session_secret(headers)) | ({} if token is None else {CSRF_HEADER: token})
        for method, path in unsafe_operations:
            response = anonymous.request(method, path, headers=sent, json={})
            assert response.status_code == 403, f"{name}: {describe_exchange(response)}"
            assert_problem(response, 403)
    assert_status(anonymous.get(ME, headers=headers), 200)


def test_write_without_csrf_token_changes_nothing(
    anonymous: httpx.Client, editor: ApiClient, resources: Resources
) -> None:
    item = resources.create(editor)
    before = {each["id"] for page in resources.pages(100) for each in page["items"]}
    sent = _cookie(_session_secret(editor.headers())) | {"If-Match": resources.etag(item)}
    assert_problem(anonymous.post(resources.path, json=resources.body(), headers=sent), 403)
    assert_problem(anonymous.put(resources.path_of(item), json=resources.body(), headers=sent), 403)
    assert_problem(anonymous.delete(resources.path_of(item), headers=sent), 403)
    assert resources.read(item) == item
    assert {each["id"] for page in resources.pages(100) for each in page["items"]} == before


def test_csrf_token_without_cookie_returns_401(
    anonymous: httpx.Client, editor: ApiClient, sample_resources: Resources
) -> None:
    token = {CSRF_HEADER: editor.headers()[CSRF_HEADER]}
    assert_problem(anonymous.get(ME, headers=token), 401)
    assert_problem(
        anonymous.post(sample_resources.path, json=sample_resources.body(), headers=token), 401
    )


def test_read_without_csrf_token_returns_200(
    anonymous: httpx.Client, editor: ApiClient, resources: Resources
) -> None:
    item = resources.create()
    cookie = _cookie(_session_secret(editor.headers()))
    for path in (ME, resources.path, resources.path_of(item)):
        assert_status(anonymous.get(path, headers=cookie), 200)


def test_login_with_form_content_type_is_rejected(anonymous: httpx.Client, email: str) -> None:
    content = f'{{"email": "{email}", "password": "{PASSWORD}"}}'
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        response = anonymous.post(
            f"{AUTH}/login", content=content, headers={"Content-Type": content_type}
        )
        assert_problem(response, 400, 415, 422)
        assert "Set-Cookie" not in response.headers


# --- Logout --------------------------------------------------------------------------------------


def _assert_cookie_cleared(response: httpx.Response) -> None:
    """Assert a Set-Cookie that clears the cookie; browsers require matching attributes for this."""
    assert response.content == b""
    name, value, attributes = _parse_set_cookie(response)
    assert (name, value.strip('"')) == (COOKIE, "")
    assert attributes.keys() >= {"secure", "path"}
    assert attributes["path"] == "/"
    assert "domain" not in attributes
    assert attributes["max-age"] == "0"


def test_logout_ends_session_immediately(
    anonymous: httpx.Client, email: str, log_in: LogIn
) -> None:
    here, there = log_in(email), log_in(email)
    assert_problem(anonymous.post(f"{AUTH}/logout", headers=_cookie(_session_secret(here))), 403)
    assert_status(anonymous.get(ME, headers=here), 200)
    _assert_cookie_cleared(assert_status(anonymous.post(f"{AUTH}/logout", headers=here), 204))
    _assert_session_ended(anonymous, here)
    assert_status(anonymous.get(ME, headers=there), 200)


def test_logout_everywhere_ends_all_sessions_of_user(
    anonymous: httpx.Client, accounts: Accounts, email: str, log_in: LogIn
) -> None:
    here, there, other_user = log_in(email), log_in(email), log_in(accounts.create())
    path = f"{AUTH}/logout-everywhere"
    assert_problem(anonymous.post(path), 401)
    assert_problem(anonymous.post(path, headers=_cookie(_session_secret(here))), 403)
    assert_status(anonymous.get(ME, headers=there), 200)
    _assert_cookie_cleared(assert_status(anonymous.post(path, headers=here), 204))
    for headers in (here, there):
        _assert_session_ended(anonymous, headers)
    assert_status(anonymous.get(ME, headers=other_user), 200)
    assert_status(anonymous.get(ME, headers=log_in(email)), 200)


def test_logout_without_session_returns_401_or_403(anonymous: httpx.Client) -> None:
    assert_problem(anonymous.post(f"{AUTH}/logout"), 401)
    assert_problem(anonymous.post(f"{AUTH}/logout", headers=_cookie("nonsense")), 401, 403)


def test_sessions_of_deleted_user_return_401(
    anonymous: httpx.Client, admin: ApiClient, log_in: LogIn
) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    user: dict[str, Any] = json_body(admin.post("/api/v1/users", json=body), 201)
    here, there = log_in(body["email"]), log_in(body["email"])
    assert_status(admin.delete(f"/api/v1/users/{user['id']}"), 204)
    for headers in (here, there):
        _assert_session_ended(anonymous, headers)
    assert_problem(login(anonymous, body["email"], PASSWORD), 401)
