"""Sessions: the cookie that stands for one, what keeps other sites from using it, and its end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from .accounts import AUTH, WRONG, Accounts, login
from .callers import COOKIE, CSRF_HEADER, PASSWORD, Caller, LogIn, new_email
from .checks import answered, body_of, instant, problem, told
from .things import Things

pytestmark = pytest.mark.answers(auth="session")

ME = "/api/v1/me"
OPEN = {f"{AUTH}/register", f"{AUTH}/login"}
UNSAFE = ("post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def email(anonymous: httpx.Client, admin: Caller) -> Iterator[str]:
    """Somebody registered for these tests."""
    accounts = Accounts(anonymous, admin)
    yield accounts.new()
    accounts.delete_all()


def _set_by(response: httpx.Response) -> tuple[str, str, dict[str, str]]:
    """The name, the value and the attributes of the one cookie that an answer sets."""
    (header,) = response.headers.get_list("Set-Cookie")
    pair, *rest = [part.strip() for part in header.split(";")]
    name, _, value = pair.partition("=")
    attributes = [part.partition("=") for part in rest]
    return name, value, {name.lower(): value for name, _, value in attributes}


def _cookie(value: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={value}"}


def _secret(headers: dict[str, str]) -> str:
    return headers["Cookie"].partition("=")[2]


def _assert_ended(http: httpx.Client, headers: dict[str, str]) -> None:
    problem(http.get(ME, headers=headers), 401)
    problem(http.get(f"{AUTH}/session", headers=headers), 401)
    problem(http.post(f"{AUTH}/logout", headers=headers), 401)


# --- The cookie ----------------------------------------------------------------------------------


def test_only_the_browser_and_this_host_get_the_cookie(anonymous: httpx.Client, email: str) -> None:
    response = login(anonymous, email, PASSWORD)
    content = body_of(response)
    name, value, attributes = _set_by(response)
    assert name == COOKIE == "__Host-session"
    # No Domain, or other hosts get it; no age: it ends with the browser at the latest.
    assert attributes.keys() == {"secure", "httponly", "samesite", "path"}
    assert attributes["path"] == "/"
    assert attributes["samesite"].lower() == "strict"
    assert len(value) >= 32
    assert content.keys() == {"csrf_token", "expires_at"}
    assert instant(content["expires_at"]) > dt.datetime.now(dt.UTC)
    assert value not in response.text
    assert content["csrf_token"] not in value


def test_a_refused_login_sets_no_cookie(anonymous: httpx.Client, email: str) -> None:
    response = login(anonymous, email, WRONG)
    problem(response, 401)
    assert "Set-Cookie" not in response.headers


def test_a_page_that_was_loaded_anew_learns_its_token(
    anonymous: httpx.Client, email: str, log_in: LogIn
) -> None:
    headers = log_in(email)
    response = anonymous.get(f"{AUTH}/session", headers=_cookie(_secret(headers)))
    assert body_of(response)["csrf_token"] == headers[CSRF_HEADER]
    assert _secret(headers) not in response.text
    problem(anonymous.get(f"{AUTH}/session"), 401)


def _near_misses(secret: str) -> Iterator[str]:
    yield from ("", "nonsense", secret[:-1], f"{secret}x", secret.swapcase(), "x" * 5_000)
    middle = len(secret) // 2
    other = "A" if secret[middle] != "A" else "B"
    yield f"{secret[:middle]}{other}{secret[middle + 1 :]}"


def test_what_is_almost_a_session_proves_nothing(
    anonymous: httpx.Client, email: str, log_in: LogIn
) -> None:
    secret = _secret(log_in(email))
    for value in _near_misses(secret):
        problem(anonymous.get(ME, headers=_cookie(value)), 401)
    problem(anonymous.get(ME, headers={b"Cookie": f"{COOKIE}=".encode() + b"\xff\xfe"}), 401)
    # A name that other hosts of the domain may set, and places where no browser keeps cookies.
    for headers in (
        {"Cookie": f"session={secret}"},
        {"Authorization": f"Bearer {secret}"},
        {"X-API-Key": secret},
    ):
        problem(anonymous.get(ME, headers=headers), 401)
    problem(anonymous.get(ME, params={COOKIE: secret}), 401)
    answered(anonymous.get(ME, headers=_cookie(secret)), 200)


# --- Fixation ------------------------------------------------------------------------------------


@pytest.mark.parametrize("planted", ["x" * 43, "nonsense"])
def test_nobody_chooses_the_session_of_another(
    anonymous: httpx.Client, email: str, planted: str
) -> None:
    response = login(anonymous, email, PASSWORD, _cookie(planted))
    _, value, _ = _set_by(answered(response, 200))
    assert value != planted
    problem(anonymous.get(ME, headers=_cookie(planted)), 401)
    assert body_of(anonymous.get(ME, headers=_cookie(value)))["email"] == email


def test_a_login_begins_a_new_session_and_ends_the_one_before(
    anonymous: httpx.Client, accounts: Accounts, email: str, log_in: LogIn
) -> None:
    # What the browser brings is its own, or that of somebody who wants to be followed.
    for before in (log_in(email), log_in(accounts.new())):
        elsewhere = log_in(email)
        response = login(anonymous, email, PASSWORD, before)
        _, value, _ = _set_by(answered(response, 200))
        assert value != _secret(before)
        _assert_ended(anonymous, before)
        assert body_of(anonymous.get(ME, headers=_cookie(value)))["email"] == email
        answered(anonymous.get(ME, headers=elsewhere), 200)


def test_a_refused_login_ends_nothing(anonymous: httpx.Client, email: str, log_in: LogIn) -> None:
    headers = log_in(email)
    problem(login(anonymous, email, WRONG, headers), 401)
    answered(anonymous.get(ME, headers=headers), 200)


# --- Other sites (CSRF) --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unsafe(anonymous: httpx.Client) -> list[tuple[str, str]]:
    """All that changes something and needs a session: methods and paths."""
    document = body_of(anonymous.get("/openapi.json"))
    return [
        (method.upper(), re.sub(r"\{\w+\}", lambda _: str(uuid4()), path))
        for path, operations in document["paths"].items()
        for method in operations.keys() & set(UNSAFE)
        if path not in OPEN
    ]


def test_other_sites_cannot_make_a_browser_write(
    anonymous: httpx.Client,
    unsafe: list[tuple[str, str]],
    second_admin: Caller,
    admin: Caller,
    log_in: LogIn,
) -> None:
    headers = second_admin.headers()
    right = headers[CSRF_HEADER]
    tokens = {
        "none": None,
        "empty": "",
        "nonsense": "nonsense",
        "cut short": right[:-1],
        "of another session": log_in(second_admin.email)[CSRF_HEADER],
        "of another user": admin.headers()[CSRF_HEADER],
    }
    assert {method for method, _ in unsafe} >= {"POST", "PUT", "DELETE"}
    for name, token in tokens.items():
        assert token != right
        sent = _cookie(_secret(headers)) | ({} if token is None else {CSRF_HEADER: token})
        for method, path in unsafe:
            response = anonymous.request(method, path, headers=sent, json={})
            assert response.status_code == 403, f"{name}: {told(response)}"
            problem(response, 403)
    answered(anonymous.get(ME, headers=headers), 200)


def test_what_other_sites_send_has_no_effect(
    anonymous: httpx.Client, editor: Caller, things: Things
) -> None:
    item = things.create(editor)
    before = {each["id"] for page in things.pages(100) for each in page["items"]}
    sent = _cookie(_secret(editor.headers())) | {"If-Match": things.etag(item)}
    problem(anonymous.post(things.path, json=things.body(), headers=sent), 403)
    problem(anonymous.put(things.at(item), json=things.body(), headers=sent), 403)
    problem(anonymous.delete(things.at(item), headers=sent), 403)
    assert things.read(item) == item
    assert {each["id"] for page in things.pages(100) for each in page["items"]} == before


def test_the_token_alone_proves_nothing(
    anonymous: httpx.Client, editor: Caller, some_things: Things
) -> None:
    token = {CSRF_HEADER: editor.headers()[CSRF_HEADER]}
    problem(anonymous.get(ME, headers=token), 401)
    problem(anonymous.post(some_things.path, json=some_things.body(), headers=token), 401)


def test_reading_needs_no_token(anonymous: httpx.Client, editor: Caller, things: Things) -> None:
    item = things.create()
    cookie = _cookie(_secret(editor.headers()))
    for path in (ME, things.path, things.at(item)):
        answered(anonymous.get(path, headers=cookie), 200)


def test_a_form_of_another_site_logs_nobody_in(anonymous: httpx.Client, email: str) -> None:
    content = f'{{"email": "{email}", "password": "{PASSWORD}"}}'
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        response = anonymous.post(
            f"{AUTH}/login", content=content, headers={"Content-Type": content_type}
        )
        problem(response, 400, 415, 422)
        assert "Set-Cookie" not in response.headers


# --- The end -------------------------------------------------------------------------------------


def _assert_forgotten(response: httpx.Response) -> None:
    """The answer makes browsers drop the cookie, which they only do if its attributes fit."""
    assert response.content == b""
    name, value, attributes = _set_by(response)
    assert (name, value.strip('"')) == (COOKIE, "")
    assert attributes.keys() >= {"secure", "path"}
    assert attributes["path"] == "/"
    assert "domain" not in attributes
    assert attributes["max-age"] == "0"


def test_logout_ends_the_session_at_once(
    anonymous: httpx.Client, email: str, log_in: LogIn
) -> None:
    here, there = log_in(email), log_in(email)
    problem(anonymous.post(f"{AUTH}/logout", headers=_cookie(_secret(here))), 403)
    answered(anonymous.get(ME, headers=here), 200)
    _assert_forgotten(answered(anonymous.post(f"{AUTH}/logout", headers=here), 204))
    _assert_ended(anonymous, here)
    answered(anonymous.get(ME, headers=there), 200)


def test_logout_everywhere_ends_all_sessions_of_one_user(
    anonymous: httpx.Client, accounts: Accounts, email: str, log_in: LogIn
) -> None:
    here, there, of_another = log_in(email), log_in(email), log_in(accounts.new())
    path = f"{AUTH}/logout-everywhere"
    problem(anonymous.post(path), 401)
    problem(anonymous.post(path, headers=_cookie(_secret(here))), 403)
    answered(anonymous.get(ME, headers=there), 200)
    _assert_forgotten(answered(anonymous.post(path, headers=here), 204))
    for headers in (here, there):
        _assert_ended(anonymous, headers)
    answered(anonymous.get(ME, headers=of_another), 200)
    answered(anonymous.get(ME, headers=log_in(email)), 200)


def test_logout_without_a_session(anonymous: httpx.Client) -> None:
    problem(anonymous.post(f"{AUTH}/logout"), 401)
    problem(anonymous.post(f"{AUTH}/logout", headers=_cookie("nonsense")), 401, 403)


def test_who_is_deleted_has_no_session_any_more(
    anonymous: httpx.Client, admin: Caller, log_in: LogIn
) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    user: dict[str, Any] = body_of(admin.post("/api/v1/users", json=body), 201)
    here, there = log_in(body["email"]), log_in(body["email"])
    answered(admin.delete(f"/api/v1/users/{user['id']}"), 204)
    for headers in (here, there):
        _assert_ended(anonymous, headers)
    problem(login(anonymous, body["email"], PASSWORD), 401)
