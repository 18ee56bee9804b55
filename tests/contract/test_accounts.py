"""Accounts with email and password: what they take, and what they tell strangers."""

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

from .accounts import AUTH, WRONG, Accounts, login, register
from .callers import PASSWORD, Caller, LogIn, new_email
from .checks import answered, body_of, problem, told

pytestmark = pytest.mark.answers(auth=("jwt", "session"))

NEW_PASSWORD = "another good password"
FAILURES_ALLOWED = 5
SHORTEST_WAIT_SECONDS = 1
# What differs from one answer to the next, whatever is asked.
PASSING_HEADERS = {"date", "x-request-id", "ratelimit"}


def _told_to_strangers(response: httpx.Response) -> tuple[int, dict[str, str], dict[str, Any]]:
    """What an answer tells, but for what names the request."""
    headers = {
        name: value for name, value in response.headers.items() if name not in PASSING_HEADERS
    }
    content = response.json()
    return response.status_code, headers, content | {"request_id": ""}


def _timed(call: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    began = time.perf_counter()
    response = call()
    return response, time.perf_counter() - began


def _assert_alike(one: list[float], other: list[float]) -> None:
    """The requests took turns, so whatever else the machine did slowed both down alike."""
    ratio = median(one) / median(other)
    assert 0.5 < ratio < 2, (ratio, one, other)


# --- Registering ---------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [12, 128])
def test_register(anonymous: httpx.Client, accounts: Accounts, length: int) -> None:
    email = new_email()
    password = ("\N{KEY}pass word " * length)[:length]
    response = register(anonymous, email, password)
    user = accounts.keep(response)
    assert user.keys() == {"id", "email", "role"}
    assert (user["email"], user["role"] != "admin") == (email, True)
    assert password not in response.text
    answered(login(anonymous, email, password), 200)
    problem(login(anonymous, email, password[:-1]), 401)


def test_who_is_registered_is_a_user(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn, admin: Caller
) -> None:
    user = accounts.keep(register(anonymous, new_email(), PASSWORD))
    me = body_of(anonymous.get("/api/v1/me", headers=log_in(user["email"])))
    assert me == user
    listed = body_of(admin.get(f"/api/v1/users/{user['id']}"))
    assert {key: listed[key] for key in user} == user


def test_a_taken_email_is_answered_as_a_free_one(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    taken = accounts.new()
    free = register(anonymous, new_email(), NEW_PASSWORD)
    accounts.keep(free)
    status, headers, content = _told_to_strangers(free)
    for email in (taken, taken.upper()):
        answer = _told_to_strangers(register(anonymous, email, NEW_PASSWORD))
        assert answer[:2] == (status, headers)
        its_own = {"id": content["id"], "email": content["email"]}
        assert answer[2] | its_own == content
        assert answer[2]["email"] == taken
        assert UUID(answer[2]["id"]).version == UUID(content["id"]).version
        # Whoever asked has got nothing.
        problem(login(anonymous, email, NEW_PASSWORD), 401)
    answered(login(anonymous, taken, PASSWORD), 200)


@pytest.mark.slow
def test_a_taken_email_takes_as_long_as_a_free_one(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    taken = accounts.new()
    free_took, taken_took = [], []
    for _ in range(5):
        answer, took = _timed(partial(register, anonymous, new_email(), NEW_PASSWORD))
        accounts.keep(answer)
        free_took.append(took)
        answer, took = _timed(partial(register, anonymous, taken, NEW_PASSWORD))
        answered(answer, 201)
        taken_took.append(took)
    _assert_alike(free_took, taken_took)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("x" * 11, "short"),
        ("x y " * 32 + "z", "long"),
        ("\N{KEY}" * 11, "short, if long in bytes"),
        ("password123456", "stolen"),
        ("QWERTY123456", "stolen"),
        ("!1q2w3e4r5t6y!", "stolen"),
        ("", "empty"),
        (None, "none"),
        (123456789012, "a number"),
    ],
)
def test_a_password_must_be_acceptable(
    anonymous: httpx.Client, admin: Caller, password: object, why: str
) -> None:
    email = new_email()
    response = register(anonymous, email, password)
    assert response.status_code == 422, f"{why}: {told(response)}"
    told_why = problem(response, 422)
    assert re.search("password", str(told_why), re.IGNORECASE), told_why
    body = {"email": email, "password": password}
    problem(admin.post("/api/v1/users", json=body), 422)


def test_the_email_is_no_password(anonymous: httpx.Client) -> None:
    email = new_email()
    problem(register(anonymous, email, email), 422)
    problem(register(anonymous, email, email.upper()), 422)


def test_a_refused_password_is_not_repeated(anonymous: httpx.Client) -> None:
    for secret in ("secret-11ch", "secret, but too long" * 10):
        response = register(anonymous, new_email(), secret)
        problem(response, 422)
        assert secret not in response.text


@pytest.mark.parametrize(
    "email",
    ["nobody", "nobody@", "@example.com", "no body@example.com", "a\0b@example.com", "", None, 7],
)
def test_an_email_must_be_one(anonymous: httpx.Client, email: object) -> None:
    problem(register(anonymous, email, PASSWORD), 422)


@pytest.mark.parametrize("body", [{}, {"email": "someone@example.com"}, {"password": PASSWORD}])
@pytest.mark.parametrize("path", ["register", "login"])
def test_both_credentials_are_needed(
    anonymous: httpx.Client, path: str, body: dict[str, str]
) -> None:
    problem(anonymous.post(f"{AUTH}/{path}", json=body), 422)


@pytest.mark.parametrize(
    "more", [{"role": "admin"}, {"id": "x"}, {"permissions": ["*:manage"]}, {"surprise": 1}]
)
def test_nobody_gives_themself_more(anonymous: httpx.Client, more: dict[str, Any]) -> None:
    problem(register(anonymous, new_email(), PASSWORD, **more), 422)


def test_an_administrator_registers_people(
    anonymous: httpx.Client, admin: Caller, viewer: Caller, accounts: Accounts
) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    problem(anonymous.post("/api/v1/users", json=body), 401)
    problem(viewer.post("/api/v1/users", json=body), 403)
    problem(login(anonymous, body["email"], PASSWORD), 401)

    response = admin.post("/api/v1/users", json=body)
    user = accounts.keep(response)
    assert response.headers["Location"] == f"/api/v1/users/{user['id']}"
    assert body_of(admin.get(response.headers["Location"])) == user
    assert user["role"] != "admin"
    # An administrator may know who is there.
    problem(admin.post("/api/v1/users", json=body), 409)
    problem(admin.post("/api/v1/users", json=body | {"email": body["email"].upper()}), 409)
    answered(login(anonymous, body["email"], PASSWORD), 200)


# --- Logging in ----------------------------------------------------------------------------------


def test_an_email_is_the_same_in_capitals(anonymous: httpx.Client, accounts: Accounts) -> None:
    answered(login(anonymous, accounts.new().upper(), PASSWORD), 200)


def test_a_wrong_password_and_an_unknown_email_look_alike(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    wrong, unknown = login(anonymous, accounts.new(), WRONG), login(anonymous, new_email(), WRONG)
    problem(wrong, 401)
    assert _told_to_strangers(wrong) == _told_to_strangers(unknown)


@pytest.mark.slow
def test_a_wrong_password_and_an_unknown_email_take_as_long(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    answered(login(anonymous, new_email(), WRONG), 401)  # what is done once is done
    known_took: list[float] = []
    unknown_took: list[float] = []
    for known in [accounts.new(), accounts.new()] * (FAILURES_ALLOWED - 1):
        for email, times in ((known, known_took), (new_email(), unknown_took)):
            answer, took = _timed(partial(login, anonymous, email, WRONG))
            answered(answer, 401)
            times.append(took)
    _assert_alike(known_took, unknown_took)


def test_another_password_is_refused(anonymous: httpx.Client, accounts: Accounts) -> None:
    email = accounts.new()
    for password in ("", PASSWORD.upper(), f" {PASSWORD}", PASSWORD[:-1]):
        problem(login(anonymous, email, password), 401)
    problem(login(anonymous, email, "x" * 100_000), 401, 422)


# --- Guessing ------------------------------------------------------------------------------------


def _lock(http: httpx.Client, email: str) -> tuple[httpx.Response, float]:
    """Fail until it takes a wait; returns the answer that says so, and since when it does."""
    failed_at: list[float] = []
    for _ in range(2 * FAILURES_ALLOWED):
        sent_at = time.monotonic()
        response = login(http, email, WRONG)
        if response.status_code == 429:
            assert len(failed_at) >= FAILURES_ALLOWED
            return response, failed_at[-1]
        answered(response, 401)
        failed_at.append(sent_at)
    raise AssertionError(f"{len(failed_at)} wrong passwords in a row, and no wait")


@pytest.mark.slow
def test_who_guesses_has_to_wait(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn
) -> None:
    for _ in range(5):
        email = accounts.new()
        logged_in = log_in(email)
        locked, failed_at = _lock(anonymous, email)
        right = login(anonymous, email.upper(), PASSWORD)
        if time.monotonic() - failed_at < SHORTEST_WAIT_SECONDS:
            break  # otherwise the wait may have been over
    problem(locked, 429)
    assert int(locked.headers["Retry-After"]) >= 1
    problem(right, 429)
    wait = int(right.headers["Retry-After"])
    assert wait >= 1
    # Nobody else waits, nor does who is in already.
    answered(login(anonymous, accounts.new(), PASSWORD), 200)
    answered(anonymous.get("/api/v1/me", headers=logged_in), 200)

    time.sleep(wait)
    answered(login(anonymous, email, PASSWORD), 200)


@pytest.mark.slow
def test_the_wait_does_not_tell_who_has_registered(
    anonymous: httpx.Client, accounts: Accounts
) -> None:
    answers = []
    for email in (accounts.new(), new_email()):
        locked, _ = _lock(anonymous, email)
        problem(locked, 429)
        status, headers, content = _told_to_strangers(locked)
        del headers["retry-after"]
        answers.append((status, headers, re.sub(r"\d+", "", content["detail"])))
    assert answers[0] == answers[1]


@pytest.mark.slow
def test_only_failures_in_a_row_count(anonymous: httpx.Client, accounts: Accounts) -> None:
    email = accounts.new()
    for _ in range(2):
        for _ in range(FAILURES_ALLOWED - 1):
            problem(login(anonymous, email, WRONG), 401)
        answered(login(anonymous, email, PASSWORD), 200)


# --- Changing the password -----------------------------------------------------------------------


def _change(
    http: httpx.Client, headers: dict[str, str], current: object, new: object, **more: Any
) -> httpx.Response:
    body = {"current_password": current, "new_password": new, **more}
    return http.put(f"{AUTH}/password", json=body, headers=headers)


def test_a_new_password_ends_all_logins(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn
) -> None:
    email = accounts.new()
    here, there, somebody_else = log_in(email), log_in(email), log_in(accounts.new())
    response = answered(_change(anonymous, here, PASSWORD, NEW_PASSWORD), 204)
    assert response.content == b""
    for headers in (here, there):
        problem(anonymous.get("/api/v1/me", headers=headers), 401)
    answered(anonymous.get("/api/v1/me", headers=somebody_else), 200)
    problem(login(anonymous, email, PASSWORD), 401)
    again = log_in(email, NEW_PASSWORD)
    answered(anonymous.get("/api/v1/me", headers=again), 200)


def test_a_new_password_must_be_acceptable(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn
) -> None:
    email = accounts.new()
    headers = log_in(email)
    for refused in ("x" * 11, "x y " * 33, "password123456", email, "", None, ["list"]):
        problem(_change(anonymous, headers, PASSWORD, refused), 422)
    problem(_change(anonymous, headers, PASSWORD, NEW_PASSWORD, email="a@example.com"), 422)
    problem(anonymous.put(f"{AUTH}/password", json={}, headers=headers), 422)
    problem(
        anonymous.put(f"{AUTH}/password", json={"new_password": NEW_PASSWORD}, headers=headers),
        422,
    )
    answered(anonymous.get("/api/v1/me", headers=headers), 200)
    answered(login(anonymous, email, PASSWORD), 200)


@pytest.mark.slow
def test_who_changes_a_password_must_know_it(
    anonymous: httpx.Client, accounts: Accounts, log_in: LogIn
) -> None:
    email = accounts.new()
    headers = log_in(email)
    problem(_change(anonymous, {}, PASSWORD, NEW_PASSWORD), 401)
    # Whoever finds a login that somebody left behind does not guess for long either.
    statuses = []
    for _ in range(2 * FAILURES_ALLOWED):
        response = _change(anonymous, headers, WRONG, NEW_PASSWORD)
        problem(response, 422, 429)
        statuses.append(response.status_code)
        if response.status_code == 429:
            break
    assert statuses[-1] == 429
    assert statuses.count(422) >= FAILURES_ALLOWED
    answered(anonymous.get("/api/v1/me", headers=headers), 200)
    time.sleep(int(response.headers["Retry-After"]))
    problem(login(anonymous, email, NEW_PASSWORD), 401)
