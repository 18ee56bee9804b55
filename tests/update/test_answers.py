"""A change of mind: an answer is changed and changed back in a service that a team has edited."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..support import commit, git
from .services import (
    ANSWERS_FILE,
    Tools,
    answers_of,
    assert_no_conflict,
    changes,
    contents,
    migrations_of,
    update,
)

FLIPS = [
    ("cache", "memory", "none"),
    ("cache", "memory", "redis"),
    ("cache_strategy", "cache-aside", "write-through"),
    ("metrics", "prometheus", "none"),
    ("authorization", "rbac", "abac"),
    ("rate_limit", "100/minute", ""),
    ("database", "sqlite", "postgresql"),
    ("database", "sqlite", "mysql"),
    ("seed_data", True, False),
]
# The same with tables of their own in identity: their migrations stay, and what the next needs
# comes, but a migration that was emitted before is not written anew.
FLIPS_WITH_TABLES = [
    ({"auth": "jwt"}, {"auth": "session"}),
    ({"auth": "jwt"}, {"auth": "oauth2", "auth_provider": "keycloak"}),
    ({"auth": "session"}, {"auth": "api_key"}),
    ({"authorization": "rbac"}, {"authorization": "permissions"}),
]
# How many lines of the answers file are added and removed where it is not one: without a cache
# there is no strategy of one, and with a server there is a choice of what the tests use.
LINES = {
    ("cache", "none"): ["1", "2"],
    ("database", "postgresql"): ["2", "1"],
    ("database", "mysql"): ["2", "1"],
}


MEMORY_CACHE = "app/platform/cache/memory.py"


@pytest.mark.parametrize(
    ("key", "first", "other"), FLIPS, ids=["-".join(map(str, flip)) for flip in FLIPS]
)
def test_an_answer_is_changed_and_changed_back(
    edited: Callable[..., Path], key: str, first: Any, other: Any
) -> None:
    service = edited()
    original = contents(service)
    assert answers_of(service)[key] == first

    update(service, {key: other})

    assert_no_conflict(service)
    assert contents(service) == contents(edited({key: other}))
    lines = LINES.get((key, other), ["1", "1"])
    assert git(service, "diff", "--numstat", ANSWERS_FILE).split() == [*lines, ANSWERS_FILE]
    commit(service, "Change our minds")

    update(service, {key: first})

    assert_no_conflict(service)
    assert contents(service) == original


def without_identitys_migrations(service: Path) -> dict[str, str]:
    return {
        name: text
        for name, text in contents(service).items()
        if not name.startswith("app/modules/identity/migrations/")
    }


@pytest.mark.parametrize(
    ("first", "other"),
    FLIPS_WITH_TABLES,
    ids=["-".join([*first.values(), *other.values()]) for first, other in FLIPS_WITH_TABLES],
)
def test_an_answer_with_tables_is_changed_and_changed_back(
    edited: Callable[..., Path], first: dict[str, str], other: dict[str, str]
) -> None:
    service = edited(first)
    original = contents(service)
    begun = migrations_of(service)

    update(service, other)

    assert_no_conflict(service)
    expected = edited(other)
    assert without_identitys_migrations(service) == without_identitys_migrations(expected)
    assert migrations_of(service) == migrations_of(expected) | begun
    commit(service, "Change our minds")

    update(service, first)

    assert_no_conflict(service)
    assert contents(service) == migrations_of(expected) | original


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({"auth": "jwt"}, {"auth": "session"}),
        ({"auth": "session"}, {"auth": "jwt"}),
        ({"auth": "jwt"}, {"auth": "oauth2", "auth_provider": "custom"}),
        ({"authorization": "permissions"}, {"authorization": "rbac"}),
    ],
    ids=lambda answers: "-".join(answers.values()),
)
def test_a_migration_is_written_for_an_answer_with_other_tables(
    plain: Callable[..., Path],
    tools: Tools,
    sqlite_url: str,
    first: dict[str, str],
    other: dict[str, str],
) -> None:
    service = plain(first)
    tools.do(service, sqlite_url, ("app", "migrate"))

    update(service, other)

    *said, before, written, again, after = tools.do(
        service,
        sqlite_url,
        ("app", "migrate"),
        ("difference",),
        ("app", "makemigrations", "follow our new answers"),
        ("app", "migrate"),
        ("difference",),
    )
    assert [*said, written, again] == ["", "", ""]
    assert before != ""
    assert after == ""
    tools.format(service, "app/modules")
    tools.assert_formatted(service, "app/modules")


def test_backups_come_and_go_with_what_belongs_to_them(edited: Callable[..., Path]) -> None:
    service = edited()
    original = contents(service)

    update(service, {"backup": "daily", "backup_retention_days": 30})

    assert_no_conflict(service)
    assert contents(service) == contents(edited({"backup": "daily", "backup_retention_days": 30}))
    commit(service, "Back up")
    # What is installed on a machine may refer to a file for a long time: a new schedule edits it.
    update(service, {"backup": "hourly"})
    assert answers_of(service)["backup_retention_days"] == 30
    assert changes(service)["D"] == set()
    commit(service, "Back up more often")

    update(service, {"backup": "none"})

    assert_no_conflict(service)
    assert contents(service) == original


def test_a_service_with_every_answer_changed_passes_its_checks(
    edited: Callable[..., Path], tools: Tools
) -> None:
    service = edited()
    with (service / MEMORY_CACHE).open("a", encoding="utf-8") as file:
        file.write("\n# Explained by the team.\n")
    commit(service, "Explain the cache")

    others = {key: other for key, _, other in FLIPS}
    update(service, others)

    assert_no_conflict(service)
    assert contents(service) == contents(edited(others))
    tools.assert_checks_pass(service)
    # What an answer leaves out is deleted, edited or not, and git shows it.
    assert MEMORY_CACHE in git(service, "diff", "--diff-filter=D", "--name-only", "HEAD").split()


def test_modules_entities_and_fields_keep_their_order(edited: Callable[..., Path]) -> None:
    modules: dict[str, Any] = {
        "zoo": {"zebra": {"weight": "int", "born": "date", "name": "str"}, "ape": {"name": "str"}},
        "catalog": {"product": {"price": "decimal", "name": "str"}},
        "aviary": {"owl": {"name": "str"}},
    }
    service = edited({"modules": modules})

    update(service, {"cache": "none"})

    assert_no_conflict(service)
    assert json.dumps(answers_of(service)["modules"]) == json.dumps(modules)
    assert contents(service) == contents(edited({"modules": modules, "cache": "none"}))


def test_an_update_that_changes_nothing_changes_nothing(edited: Callable[..., Path]) -> None:
    service = edited()

    update(service)

    assert changes(service) == {"A": set(), "M": set(), "D": set()}
