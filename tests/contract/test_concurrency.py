"""Concurrent requests for the same resource."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest

from ..oidc import PROVIDER_CLAIMS, Issuer
from .answers import Answers, Field
from .api_clients import PASSWORD, ApiClient, new_email
from .assertions import assert_problem, assert_status, json_body
from .resources import Resources

ROUNDS = 3
CONCURRENCY = 4


def _run_concurrently(calls: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """Make all calls at the same time and return their responses in order."""
    barrier = threading.Barrier(len(calls))

    def start(call: Callable[[], httpx.Response]) -> httpx.Response:
        barrier.wait(timeout=10)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(start, calls))


def _assert_one_succeeds(
    responses: list[httpx.Response], success: int, failure: int
) -> httpx.Response:
    """Assert one response with status `success` and `failure` for the others; return the one."""
    statuses = sorted(response.status_code for response in responses)
    assert statuses == sorted([success] + [failure] * (len(responses) - 1))
    for response in responses:
        if response.status_code == failure:
            assert_problem(response, failure)
    return next(response for response in responses if response.status_code == success)


def test_concurrent_replacements_succeed_once_and_return_412_otherwise(
    admin: ApiClient, resources: Resources
) -> None:
    for _ in range(ROUNDS):
        item = resources.create()
        headers = {"If-Match": resources.etag(item)}
        put = partial(admin.put, resources.path_of(item), headers=headers)
        responses = _run_concurrently(
            [partial(put, json=resources.body()) for _ in range(CONCURRENCY)]
        )
        success = _assert_one_succeeds(responses, 200, 412).json()
        assert success["version"] == item["version"] + 1
        assert resources.read(item) == success


def test_concurrent_deletions_succeed_once_and_return_404_otherwise(
    admin: ApiClient, resources: Resources
) -> None:
    path = resources.path_of(resources.create())
    _assert_one_succeeds(_run_concurrently([lambda: admin.delete(path)] * CONCURRENCY), 204, 404)


def test_concurrent_creations_of_same_unique_value_succeed_once_and_return_409_otherwise(
    resources: Resources, unique_field: Field
) -> None:
    for _ in range(ROUNDS):
        value = {unique_field.name: resources.body()[unique_field.name]}
        responses = _run_concurrently(
            [partial(resources.post, json=resources.body(**value)) for _ in range(CONCURRENCY)]
        )
        _assert_one_succeeds(responses, 201, 409)


def test_concurrent_creations_of_distinct_values_all_return_201(resources: Resources) -> None:
    bodies = [resources.body() for _ in range(2 * CONCURRENCY)]
    for response in _run_concurrently([partial(resources.post, json=body) for body in bodies]):
        assert_status(response, 201)


@pytest.mark.answers(auth=("jwt", "session"))
def test_concurrent_registrations_of_same_email_create_one_user(
    anonymous: httpx.Client, admin: ApiClient
) -> None:
    credentials = {"email": new_email(), "password": PASSWORD}
    path = "/api/v1/auth/register"
    responses = _run_concurrently([lambda: anonymous.post(path, json=credentials)] * CONCURRENCY)
    users = [json_body(response, 201) for response in responses]
    # The responses do not reveal which registration succeeded; only one of the users exists.
    deleted = [admin.delete(f"/api/v1/users/{user['id']}").status_code for user in users]
    assert sorted(deleted) == [204] + [404] * (CONCURRENCY - 1)


@pytest.mark.answers(auth="jwt")
def test_concurrent_refreshes_succeed_once_and_revoke_token_family(
    anonymous: httpx.Client, disposable_user: ApiClient
) -> None:
    credentials = {"email": disposable_user.email, "password": PASSWORD}

    def refresh_with(token: str) -> Callable[[], httpx.Response]:
        return lambda: anonymous.post("/api/v1/auth/refresh", json={"refresh_token": token})

    for _ in range(ROUNDS):
        tokens = json_body(anonymous.post("/api/v1/auth/login", json=credentials))
        success = _assert_one_succeeds(
            _run_concurrently([refresh_with(tokens["refresh_token"])] * 2), 200, 401
        ).json()
        # The failed refresh was a reuse of the token, which revokes the whole family.
        assert_problem(refresh_with(success["refresh_token"])(), 401)


@pytest.mark.answers(auth="oauth2")
def test_concurrent_first_requests_provision_one_user(
    anonymous: httpx.Client, admin: ApiClient, issuer: Issuer, answers: Answers
) -> None:
    email = new_email()
    token = issuer.access_token_for(
        email, **PROVIDER_CLAIMS[answers.raw["auth_provider"]](email, None)
    )
    headers = {"Authorization": f"Bearer {token}"}
    responses = _run_concurrently(
        [lambda: anonymous.get("/api/v1/me", headers=headers)] * CONCURRENCY
    )
    (user_id,) = {json_body(response)["id"] for response in responses}
    assert_status(admin.delete(f"/api/v1/users/{user_id}"), 204)
