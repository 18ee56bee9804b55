"""Permissions granted to individual users."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from .api_clients import ApiClient, ApiClientFactory
from .assertions import assert_problem, assert_status, json_body
from .resources import Resources

pytestmark = pytest.mark.answers(authorization="permissions")

USERS = "/api/v1/users"
MY_PERMISSIONS = "/api/v1/me/permissions"
ACTIONS = ("read", "write", "delete", "manage")


@pytest.fixture(scope="module")
def shared_member(client_factory: ApiClientFactory, admin: ApiClient) -> Iterator[ApiClient]:
    """Client of a user who is not an administrator."""
    client = client_factory.create("member")
    yield client
    assert_status(admin.delete(f"{USERS}/{client.id}"), 204)


@pytest.fixture
def member(shared_member: ApiClient, admin: ApiClient) -> ApiClient:
    """Client of a user without permissions."""
    json_body(_grant(admin, shared_member))
    return shared_member


def _resource_name(resources: Resources) -> str:
    return resources.path.rpartition("/")[2]


def _permissions_path(user: ApiClient) -> str:
    return f"{USERS}/{user.id}/permissions"


def _grant(by: ApiClient, user: ApiClient, *permissions: object) -> httpx.Response:
    return by.put(_permissions_path(user), json={"permissions": list(permissions)})


def _own_permissions(client: ApiClient) -> list[str]:
    content = json_body(client.get(MY_PERMISSIONS))
    assert content.keys() == {"permissions"}
    granted: list[str] = content["permissions"]
    return granted


def _allowed_actions(client: ApiClient, resources: Resources) -> dict[str, bool]:
    """Try each action on resources; return True for each that succeeds, assert 403 otherwise."""
    item = resources.create()
    path, tagged = resources.path_of(item), {"If-Match": resources.etag(item)}
    attempts = {
        "read": [client.get(resources.path), client.get(path)],
        "write": [
            resources.post(client, json=resources.body()),
            client.put(path, json=resources.body(), headers=tagged),
        ],
        "delete": [client.delete(path)],
        "manage": [client.get(USERS)],
    }
    allowed = {}
    for action, responses in attempts.items():
        for response in responses:
            if response.is_error:
                assert_problem(response, 403)
        (allowed[action],) = {response.is_success for response in responses}
    return allowed


def test_new_user_has_no_permissions(
    client_factory: ApiClientFactory, admin: ApiClient, sample_resources: Resources
) -> None:
    member = client_factory.create("member")
    assert json_body(member.get("/api/v1/me"))["role"] == "member"
    assert _own_permissions(member) == []
    assert _allowed_actions(member, sample_resources) == dict.fromkeys(ACTIONS, False)
    assert_status(admin.delete(f"{USERS}/{member.id}"), 204)


@pytest.mark.parametrize("action", ACTIONS)
def test_permission_allows_only_its_action(
    admin: ApiClient, member: ApiClient, resources: Resources, action: str
) -> None:
    json_body(_grant(admin, member, f"{_resource_name(resources)}:{action}"))
    # No operation on resources requires `manage`.
    assert _allowed_actions(member, resources) == {
        each: each == action != "manage" for each in ACTIONS
    }


@pytest.mark.parametrize("action", ACTIONS)
def test_wildcard_permission_applies_to_every_resource_type(
    admin: ApiClient, member: ApiClient, sample_resources: Resources, action: str
) -> None:
    json_body(_grant(admin, member, f"*:{action}"))
    assert _allowed_actions(member, sample_resources) == {each: each == action for each in ACTIONS}


def test_permission_for_other_resource_type_returns_403(
    admin: ApiClient, member: ApiClient, sample_resources: Resources
) -> None:
    name = _resource_name(sample_resources)
    others = [f"{other}:{action}" for action in ACTIONS for other in (f"{name}x", f"x{name}")]
    json_body(_grant(admin, member, *others, f"{name[:-1]}:read"))
    assert _allowed_actions(member, sample_resources) == dict.fromkeys(ACTIONS, False)


def test_ownership_grants_no_permission(
    admin: ApiClient, member: ApiClient, sample_resources: Resources
) -> None:
    name = _resource_name(sample_resources)
    json_body(_grant(admin, member, f"{name}:write"))
    item = sample_resources.create(member)
    assert item["owner_id"] == member.id
    assert_problem(member.get(sample_resources.path_of(item)), 403)
    assert_problem(member.delete(sample_resources.path_of(item)), 403)
    # A resource of another owner needs no more permission either.
    admins_item = sample_resources.create(admin)
    json_body(_grant(admin, member, f"{name}:delete"))
    assert_status(member.delete(sample_resources.path_of(admins_item)), 204)


def test_granted_and_revoked_permission_takes_effect_immediately(
    admin: ApiClient, member: ApiClient, sample_resources: Resources
) -> None:
    permission = f"{_resource_name(sample_resources)}:read"
    for _ in range(2):
        json_body(_grant(admin, member, permission))
        assert_status(member.get(sample_resources.path), 200)
        json_body(_grant(admin, member))
        assert_problem(member.get(sample_resources.path), 403)


def test_put_permissions_replaces_previous_permissions(admin: ApiClient, member: ApiClient) -> None:
    first = json_body(_grant(admin, member, "products:write", "*:read", "products:write"))
    assert sorted(first["permissions"]) == ["*:read", "products:write"]
    assert sorted(_own_permissions(member)) == sorted(first["permissions"])
    assert json_body(admin.get(_permissions_path(member))) == first
    json_body(_grant(admin, member, "future_resource-type:delete"))
    assert _own_permissions(member) == ["future_resource-type:delete"]
    json_body(_grant(admin, member))
    assert _own_permissions(member) == []


@pytest.mark.parametrize(
    "invalid",
    [
        "",
        "*",
        "*:*",
        "products",
        "products:",
        ":read",
        "products:fly",
        "products:READ",
        "Products:read",
        "products:read ",
        "products:read\n",
        "pro ducts:read",
        "*products:read",
        "products:read,products:write",
        "products;--:read",
        "\N{KEY}:read",
        f"{'x' * 100}:read",
        None,
        1,
        ["products:read"],
    ],
)
def test_malformed_permission_returns_422(
    admin: ApiClient, member: ApiClient, invalid: Any
) -> None:
    json_body(_grant(admin, member, "*:read"))
    assert_problem(_grant(admin, member, "*:write", invalid), 422)
    assert _own_permissions(member) == ["*:read"]


@pytest.mark.parametrize(
    "body",
    [{}, {"permissions": None}, {"permissions": "*:read"}, {"permissions": [], "role": "admin"}],
)
def test_malformed_permissions_body_returns_422(
    admin: ApiClient, member: ApiClient, body: Any
) -> None:
    json_body(_grant(admin, member, "*:read"))
    assert_problem(admin.put(_permissions_path(member), json=body), 422)
    assert _own_permissions(member) == ["*:read"]


def test_more_than_1000_permissions_return_422(admin: ApiClient, member: ApiClient) -> None:
    many = [f"kind-{number}:read" for number in range(1001)]
    assert_problem(_grant(admin, member, *many), 422)
    assert len(json_body(_grant(admin, member, *many[:1000]))["permissions"]) == 1000
    assert sorted(_own_permissions(member)) == sorted(many[:1000])


# --- Granting ------------------------------------------------------------------------------------


def test_granting_without_users_manage_returns_401_or_403(
    anonymous: httpx.Client, admin: ApiClient, member: ApiClient, editor: ApiClient
) -> None:
    assert_problem(anonymous.get(MY_PERMISSIONS), 401)
    assert_problem(anonymous.get(_permissions_path(member)), 401)
    assert_problem(anonymous.put(_permissions_path(member), json={"permissions": []}), 401)
    all_permissions = [f"*:{action}" for action in ACTIONS]
    all_resource_permissions = [f"*:{action}" for action in ACTIONS if action != "manage"]
    json_body(
        _grant(admin, member, *all_resource_permissions, "products:manage", "api-keys:manage")
    )
    before = _own_permissions(member), _own_permissions(editor)
    for target in (member, editor):
        assert_problem(_grant(member, target, *all_permissions), 403)
        assert_problem(member.get(_permissions_path(target)), 403)
    assert_problem(member.put(f"{USERS}/{member.id}/role", json={"role": "admin"}), 403)
    assert (_own_permissions(member), _own_permissions(editor)) == before


@pytest.mark.parametrize("permission", ["users:manage", "*:manage"])
def test_users_manage_permission_allows_granting(
    admin: ApiClient, member: ApiClient, disposable_user: ApiClient, permission: str
) -> None:
    json_body(_grant(admin, member, permission))
    json_body(_grant(member, disposable_user, "products:read"))
    assert _own_permissions(disposable_user) == ["products:read"]
    assert json_body(member.get(_permissions_path(disposable_user))) == {
        "permissions": ["products:read"]
    }
    json_body(_grant(admin, member))
    assert_problem(_grant(member, disposable_user, "*:write"), 403)
    assert _own_permissions(disposable_user) == ["products:read"]


def test_admin_without_permissions_is_allowed_everything(
    admin: ApiClient, second_admin: ApiClient, sample_resources: Resources
) -> None:
    assert _own_permissions(second_admin) == []
    assert _allowed_actions(second_admin, sample_resources) == dict.fromkeys(ACTIONS, True)
    json_body(admin.put(f"{USERS}/{second_admin.id}/role", json={"role": "member"}))
    assert _allowed_actions(second_admin, sample_resources) == dict.fromkeys(ACTIONS, False)


def test_permissions_of_unknown_user_return_404(
    admin: ApiClient, disposable_user: ApiClient
) -> None:
    assert_status(admin.delete(f"{USERS}/{disposable_user.id}"), 204)
    for unknown_id in (str(uuid4()), disposable_user.id):
        path = f"{USERS}/{unknown_id}/permissions"
        assert_problem(admin.get(path), 404)
        assert_problem(admin.put(path, json={"permissions": ["*:read"]}), 404)
    assert_problem(admin.get(f"{USERS}/nonsense/permissions"), 400, 404, 422)
    assert_problem(disposable_user.get(MY_PERMISSIONS), 401)
