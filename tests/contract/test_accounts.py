"""Accounts with email and password: validation, enumeration resistance and login throttling."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

import httpx
import pytest

from .accounts import AUTH, WRONG_PASSWORD, Accounts, login, register
from .api_clients import PASSWORD, ApiClient, LogIn, new_email
from .assertions import assert_problem, assert_status, describe_exchange, json_body

pytestmark = pytest.mark.answers(auth=("jwt", "session"))

NEW_PASSWORD = "another good password"
FAILURES_ALLOWED = 5
MIN_WAIT_SECONDS = 1
# Headers that differ between identical requests.
VOLATILE_HEADERS = {"date", "x-request-id", "ratelimit"}


def _comparable_response(response: httpx.Response) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Return the response without the parts that identify the request."""
    headers = {
        name: value for name, value in response.headers.items() if name not in VOLATILE_HEADERS
    }
    content = response.json()
    return response.status_code, headers, content | {"request_id": ""}


def _timed(call: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    began = time.perf_counter()
    response = call()
    return response, time.perf_counter() - began


def _assert_similar_durations(one: list[float], other: list[float]) -> None:
    """Assert similar medians; the requests alternated, so other load affected both alike."""
    ratio = median(one) / median(other)
    assert 0.5 < ratio < 2, (ratio, one, other)


# --- Registration --------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [12, 128])
def test_register_with_shortest_and_longest_password_returns_201(
    anonymous: httpx.Client, accounts: Accounts, length: int
) -> None:
    email = new_email()
    password = ("\N{KEY}pass word " * length)[:length]
    response = register(anonymous, email, password)
    user = accounts.track(response)
    assert user.keys() == {"id", "email", "role"}
    assert (user["email"], user["role"] != "admin") == (email, True)
    assert password not in response.text
    assert_status(login(anonymous, email, password), 200)
    assert_problem(login(anonymous, email, password[:-1]), 401)


def test_registered_user_is_listed_and_can_log_in(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn, admin: ApiClient
) -> None:
    user = accounts.track(register(anonymous, new_email(), PASSWORD))
    me = json_body(anonymous.get("/api/v1/me", headers=log_in(user["email"])))
    assert me == user
    listed = json_body(admin.get(f"/api/v1/users/{user['id']}"))
    assert {key: listed[key] for key in user} == user


def test_registering_existing_email_returns_same_response_as_new_email(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    existing = accounts.create()
    created = register(anonymous, new_email(), NEW_PASSWORD)
    accounts.track(created)
    status, headers, content = _comparable_response(created)
    for email in (existing, existing.upper()):
        response = _comparable_response(register(anonymous, email, NEW_PASSWORD))
        assert response[:2] == (status, headers)
        own_values = {"id": content["id"], "email": content["email"]}
        assert response[2] | own_values == content
        assert response[2]["email"] == existing
        assert UUID(response[2]["id"]).version == UUID(content["id"]).version
        # The second registration has no effect.
        assert_problem(login(anonymous, email, NEW_PASSWORD), 401)
    assert_status(login(anonymous, existing, PASSWORD), 200)


@pytest.mark.slow
def test_registering_existing_email_takes_as_long_as_new_email(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    existing = accounts.create()
    new_email_times, existing_email_times = [], []
    for _ in range(5):
        response, seconds = _timed(partial(register, anonymous, new_email(), NEW_PASSWORD))
        accounts.track(response)
        new_email_times.append(seconds)
        response, seconds = _timed(partial(register, anonymous, existing, NEW_PASSWORD))
        assert_status(response, 201)
        existing_email_times.append(seconds)
    _assert_similar_durations(new_email_times, existing_email_times)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("x" * 11, "too short"),
        ("x y " * 32 + "z", "too long"),
        ("\N{KEY}" * 11, "too short in characters"),
        ("password123456", "known from a breach"),
        ("QWERTY123456", "known from a breach"),
        ("!1q2w3e4r5t6y!", "known from a breach"),
        ("", "empty"),
        (None, "none"),
        (123456789012, "a number"),
    ],
)
def test_unacceptable_password_returns_422(
    anonymous: httpx.Client, admin: ApiClient, password: object, reason: str
) -> None:
    email = new_email()
    response = register(anonymous, email, password)
    assert response.status_code == 422, f"{reason}: {describe_exchange(response)}"
    content = assert_problem(response, 422)
    assert re.search("password", str(content), re.IGNORECASE), content
    body = {"email": email, "password": password}
    assert_problem(admin.post("/api/v1/users", json=body), 422)


def test_email_as_password_returns_422(anonymous: httpx.Client) -> None:
    email = new_email()
    assert_problem(register(anonymous, email, email), 422)
    assert_problem(register(anonymous, email, email.upper()), 422)


def test_rejected_password_is_not_echoed(anonymous: httpx.Client) -> None:
    for secret in ("secret-11ch", "secret, but too long" * 10):
        response = register(anonymous, new_email(), secret)
        assert_problem(response, 422)
        assert secret not in response.text


@pytest.mark.parametrize(
    "email",
    [
        "someone",
        "someone@",
        "@example.com",
        "some one@example.com",
        "a\0b@example.com",
        "",
        None,
        7,
    ],
)
def test_malformed_email_returns_422(anonymous: httpx.Client, email: object) -> None:
    assert_problem(register(anonymous, email, PASSWORD), 422)


@pytest.mark.parametrize("body", [{}, {"email": "someone@example.com"}, {"password": PASSWORD}])
@pytest.mark.parametrize("path", ["register", "login"])
def test_missing_credential_returns_422(
    anonymous: httpx.Client, path: str, body: dict[str, str]
) -> None:
    assert_problem(anonymous.post(f"{AUTH}/{path}", json=body), 422)


@pytest.mark.parametrize(
    "more", [{"role": "admin"}, {"id": "x"}, {"permissions": ["*:manage"]}, {"surprise": 1}]
)
def test_unknown_registration_field_returns_422(
    anonymous: httpx.Client, more: dict[str, Any]
) -> None:
    assert_problem(register(anonymous, new_email(), PASSWORD, **more), 422)


def test_user_creation_is_restricted_to_admin(
    anonymous: httpx.Client, admin: ApiClient, viewer: ApiClient, accounts: Accounts
) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    assert_problem(anonymous.post("/api/v1/users", json=body), 401)
    assert_problem(viewer.post("/api/v1/users", json=body), 403)
    assert_problem(login(anonymous, body["email"], PASSWORD), 401)

    response = admin.post("/api/v1/users", json=body)
    user = accounts.track(response)
    assert response.headers["Location"] == f"/api/v1/users/{user['id']}"
    assert json_body(admin.get(response.headers["Location"])) == user
    assert user["role"] != "admin"
    # A conflict may be disclosed to an administrator.
    assert_problem(admin.post("/api/v1/users", json=body), 409)
    assert_problem(admin.post("/api/v1/users", json=body | {"email": body["email"].upper()}), 409)
    assert_status(login(anonymous, body["email"], PASSWORD), 200)


# --- Login ---------------------------------------------------------------------------------------


def test_login_ignores_email_case(anonymous: httpx.Client, accounts: Accounts) -> None:
    assert_status(login(anonymous, accounts.create().upper(), PASSWORD), 200)


def test_wrong_password_returns_same_response_as_unknown_email(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    wrong, unknown = (
        login(anonymous, accounts.create(), WRONG_PASSWORD),
        login(anonymous, new_email(), WRONG_PASSWORD),
    )
    assert_problem(wrong, 401)
    assert _comparable_response(wrong) == _comparable_response(unknown)


@pytest.mark.slow
def test_wrong_password_takes_as_long_as_unknown_email(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    assert_status(login(anonymous, new_email(), WRONG_PASSWORD), 401)  # warm up
    known_email_times: list[float] = []
    unknown_email_times: list[float] = []
    for known in [accounts.create(), accounts.create()] * (FAILURES_ALLOWED - 1):
        for email, times in ((known, known_email_times), (new_email(), unknown_email_times)):
            response, seconds = _timed(partial(login, anonymous, email, WRONG_PASSWORD))
            assert_status(response, 401)
            times.append(seconds)
    _assert_similar_durations(known_email_times, unknown_email_times)


def test_wrong_password_returns_401(anonymous: httpx.Client, accounts: Accounts) -> None:
    email = accounts.create()
    for password in ("", PASSWORD.upper(), f" {PASSWORD}", PASSWORD[:-1]):
        assert_problem(login(anonymous, email, password), 401)
    assert_problem(login(anonymous, email, "x" * 100_000), 401, 422)


# --- Throttle ------------------------------------------------------------------------------------


def _lock_account(http: httpx.Client, email: str) -> tuple[httpx.Response, float]:
    """Fail to log in until 429; return that response and the time of the last failure."""
    failed_at: list[float] = []
    for _ in range(2 * FAILURES_ALLOWED):
        sent_at = time.monotonic()
        response = login(http, email, WRONG_PASSWORD)
        if response.status_code == 429:
            assert len(failed_at) >= FAILURES_ALLOWED
            return response, failed_at[-1]
        assert_status(response, 401)
        failed_at.append(sent_at)
    raise AssertionError(f"{len(failed_at)} wrong passwords in a row without a 429")


@pytest.mark.slow
def test_repeated_login_failures_return_429_until_wait_is_over(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn
) -> None:
    for _ in range(5):
        email = accounts.create()
        logged_in = log_in(email)
        locked, failed_at = _lock_account(anonymous, email)
        correct = login(anonymous, email.upper(), PASSWORD)
        if time.monotonic() - failed_at < MIN_WAIT_SECONDS:
            break  # otherwise the wait may already be over
    assert_problem(locked, 429)
    assert int(locked.headers["Retry-After"]) >= 1
    assert_problem(correct, 429)
    wait = int(correct.headers["Retry-After"])
    assert wait >= 1
    # Other accounts and existing sessions are not affected.
    assert_status(login(anonymous, accounts.create(), PASSWORD), 200)
    assert_status(anonymous.get("/api/v1/me", headers=logged_in), 200)

    time.sleep(wait)
    assert_status(login(anonymous, email, PASSWORD), 200)


@pytest.mark.slow
def test_login_throttle_response_is_same_for_unknown_email(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    responses = []
    for email in (accounts.create(), new_email()):
        locked, _ = _lock_account(anonymous, email)
        assert_problem(locked, 429)
        status, headers, content = _comparable_response(locked)
        del headers["retry-after"]
        responses.append((status, headers, re.sub(r"\d+", "", content["detail"])))
    assert responses[0] == responses[1]


@pytest.mark.slow
def test_successful_login_resets_failure_count(anonymous: httpx.Client, accounts: Accounts) -> None:
    email = accounts.create()
    for _ in range(2):
        for _ in range(FAILURES_ALLOWED - 1):
            assert_problem(login(anonymous, email, WRONG_PASSWORD), 401)
        assert_status(login(anonymous, email, PASSWORD), 200)


# --- Password change -----------------------------------------------------------------------------


def _change_password(
    http: httpx.Client, headers: dict[str, str], current: object, new: object, **more: Any
) -> httpx.Response:
    body = {"current_password": current, "new_password": new, **more}
    return http.put(f"{AUTH}/password", json=body, headers=headers)


def test_password_change_ends_all_sessions(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn
) -> None:
    email = accounts.create()
    here, there, other_user = log_in(email), log_in(email), log_in(accounts.create())
    response = assert_status(_change_password(anonymous, here, PASSWORD, NEW_PASSWORD), 204)
    assert response.content == b""
    for headers in (here, there):
        assert_problem(anonymous.get("/api/v1/me", headers=headers), 401)
    assert_status(anonymous.get("/api/v1/me", headers=other_user), 200)
    assert_problem(login(anonymous, email, PASSWORD), 401)
    new_session = log_in(email, NEW_PASSWORD)
    assert_status(anonymous.get("/api/v1/me", headers=new_session), 200)


def test_unacceptable_new_password_returns_422(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn
) -> None:
    email = accounts.create()
    headers = log_in(email)
    for invalid in ("x" * 11, "x y " * 33, "password123456", email, "", None, ["list"]):
        assert_problem(_change_password(anonymous, headers, PASSWORD, invalid), 422)
    assert_problem(
        _change_password(anonymous, headers, PASSWORD, NEW_PASSWORD, email="a@example.com"), 422
    )
    assert_problem(anonymous.put(f"{AUTH}/password", json={}, headers=headers), 422)
    assert_problem(
        anonymous.put(f"{AUTH}/password", json={"new_password": NEW_PASSWORD}, headers=headers),
        422,
    )
    assert_status(anonymous.get("/api/v1/me", headers=headers), 200)
    assert_status(login(anonymous, email, PASSWORD), 200)


@pytest.mark.slow
def test_wrong_current_password_returns_422_then_429(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn
) -> None:
    email = accounts.create()
    headers = log_in(email)
    assert_problem(_change_password(anonymous, {}, PASSWORD, NEW_PASSWORD), 401)
    # A stolen session must not allow unlimited guesses of the current password.
    statuses = []
    for _ in range(2 * FAILURES_ALLOWED):
        response = _change_password(anonymous, headers, WRONG_PASSWORD, NEW_PASSWORD)
        assert_problem(response, 422, 429)
        statuses.append(response.status_code)
        if response.status_code == 429:
            break
    assert statuses[-1] == 429
    assert statuses.count(422) >= FAILURES_ALLOWED
    assert_status(anonymous.get("/api/v1/me", headers=headers), 200)
    time.sleep(int(response.headers["Retry-After"]))
    assert_problem(login(anonymous, email, NEW_PASSWORD), 401)
