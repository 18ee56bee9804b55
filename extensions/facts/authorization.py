"""Facts about authorization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .imports import platform_imports

ACCESS_POLICIES = {
    "rbac": "RoleBasedAccess",
    "abac": "AttributeBasedAccess",
    "permissions": "PermissionBasedAccess",
}

# What is known of a caller besides who they are and their role.
PRINCIPAL_FIELDS = {
    ("auth", "api_key"): "scopes: frozenset[str] | None = None",
    ("authorization", "permissions"): "permissions: frozenset[str] = frozenset()",
}


def authorization_facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return how it is decided who may do what; what a key is for comes before its owner."""
    policy = ACCESS_POLICIES[answers["authorization"]]
    classes = [(answers["authorization"], policy)]
    call = f"{policy}()"
    if answers["auth"] == "api_key":
        classes.append(("scopes", "WithinScopes"))
        call = f"WithinScopes({call})"
    return {
        "access_imports": platform_imports("authorization", classes),
        "access_policy": call,
        "principal_fields": [
            field for (key, choice), field in PRINCIPAL_FIELDS.items() if answers[key] == choice
        ],
    }
