"""What happens when two ask for the same at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest

from ..oidc import SAID, Issuer
from .answers import Answers, Field
from .callers import PASSWORD, Caller, new_email
from .checks import answered, body_of, problem
from .things import Things

ROUNDS = 3
AT_ONCE = 4


def _at_once(calls: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """Make all calls together and return their responses in the same order."""
    barrier = threading.Barrier(len(calls))

    def start(call: Callable[[], httpx.Response]) -> httpx.Response:
        barrier.wait(timeout=10)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(start, calls))


def _one_of(responses: list[httpx.Response], won: int, lost: int) -> httpx.Response:
    """Assert that one response has the status `won` and all others `lost`; return the one."""
    statuses = sorted(response.status_code for response in responses)
    assert statuses == sorted([won] + [lost] * (len(responses) - 1))
    for response in responses:
        if response.status_code == lost:
            problem(response, lost)
    return next(response for response in responses if response.status_code == won)


def test_one_of_several_replacements_wins(admin: Caller, things: Things) -> None:
    for _ in range(ROUNDS):
        item = things.create()
        headers = {"If-Match": things.etag(item)}
        put = partial(admin.put, things.at(item), headers=headers)
        responses = _at_once([partial(put, json=things.body()) for _ in range(AT_ONCE)])
        won = _one_of(responses, 200, 412).json()
        assert won["version"] == item["version"] + 1
        assert things.read(item) == won


def test_one_of_several_deletions_wins(admin: Caller, things: Things) -> None:
    path = things.at(things.create())
    _one_of(_at_once([lambda: admin.delete(path)] * AT_ONCE), 204, 404)


def test_one_of_several_equals_is_created(things: Things, unique_field: Field) -> None:
    for _ in range(ROUNDS):
        value = {unique_field.name: things.body()[unique_field.name]}
        responses = _at_once(
            [partial(things.post, json=things.body(**value)) for _ in range(AT_ONCE)]
        )
        _one_of(responses, 201, 409)


def test_all_of_several_different_ones_are_created(things: Things) -> None:
    bodies = [things.body() for _ in range(2 * AT_ONCE)]
    for response in _at_once([partial(things.post, json=body) for body in bodies]):
        answered(response, 201)


@pytest.mark.answers(auth=("jwt", "session"))
def test_one_of_several_registrations_of_an_email_wins(
    anonymous: httpx.Client, admin: Caller
) -> None:
    credentials = {"email": new_email(), "password": PASSWORD}
    path = "/api/v1/auth/register"
    responses = _at_once([lambda: anonymous.post(path, json=credentials)] * AT_ONCE)
    users = [body_of(response, 201) for response in responses]
    # All look alike to who asks, and one of them is there.
    deleted = [admin.delete(f"/api/v1/users/{user['id']}").status_code for user in users]
    assert sorted(deleted) == [204] + [404] * (AT_ONCE - 1)


@pytest.mark.answers(auth="jwt")
def test_a_refresh_token_is_used_once(anonymous: httpx.Client, newcomer: Caller) -> None:
    credentials = {"email": newcomer.email, "password": PASSWORD}

    def refreshing(token: str) -> Callable[[], httpx.Response]:
        return lambda: anonymous.post("/api/v1/auth/refresh", json={"refresh_token": token})

    for _ in range(ROUNDS):
        tokens = body_of(anonymous.post("/api/v1/auth/login", json=credentials))
        won = _one_of(_at_once([refreshing(tokens["refresh_token"])] * 2), 200, 401).json()
        # The loser used it a second time, which revokes the winner's as well.
        problem(refreshing(won["refresh_token"])(), 401)


@pytest.mark.answers(auth="oauth2")
def test_several_first_requests_make_one_user(
    anonymous: httpx.Client, admin: Caller, issuer: Issuer, answers: Answers
) -> None:
    email = new_email()
    token = issuer.token_for(email, **SAID[answers.raw["auth_provider"]](email, None))
    headers = {"Authorization": f"Bearer {token}"}
    responses = _at_once([lambda: anonymous.get("/api/v1/me", headers=headers)] * AT_ONCE)
    (user_id,) = {body_of(response)["id"] for response in responses}
    answered(admin.delete(f"/api/v1/users/{user_id}"), 204)
