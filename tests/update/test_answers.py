"""Changed answers: an edited service follows them, and returns when they are changed back."""

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

FULL = pytest.mark.full
# The change that the daily run makes; the full run makes all of them.
DAILY = ("cache", "memory", "redis")
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
# Answers with tables of their own in identity: the migrations of the first answer stay, those of
# the other one are added, and no migration is written twice.
FLIPS_WITH_TABLES = [
    ({"auth": "jwt"}, {"auth": "session"}),
    ({"auth": "jwt"}, {"auth": "oauth2", "auth_provider": "keycloak"}),
    ({"auth": "session"}, {"auth": "api_key"}),
    ({"authorization": "rbac"}, {"authorization": "permissions"}),
]
# Lines added to and removed from the answers file where it is not one each: `cache_strategy` is
# not asked without a cache, and `test_database` is asked with a server only.
LINES = {
    ("cache", "none"): ["1", "2"],
    ("database", "postgresql"): ["2", "1"],
    ("database", "mysql"): ["2", "1"],
}


MEMORY_CACHE = "app/platform/cache/memory.py"


@pytest.mark.parametrize(
    ("key", "first", "other"),
    [
        pytest.param(*flip, id="-".join(map(str, flip)), marks=() if flip == DAILY else FULL)
        for flip in FLIPS
    ],
)
def test_answer_changed_and_changed_back_restores_the_service(
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


def without_identity_migrations(service: Path) -> dict[str, str]:
    return {
        name: text
        for name, text in contents(service).items()
        if not name.startswith("app/modules/identity/migrations/")
    }


@pytest.mark.parametrize(
    ("first", "other"),
    [
        pytest.param(
            *flip,
            id="-".join([*flip[0].values(), *flip[1].values()]),
            marks=() if flip == FLIPS_WITH_TABLES[0] else FULL,
        )
        for flip in FLIPS_WITH_TABLES
    ],
)
def test_answer_with_tables_changed_and_changed_back_adds_only_migrations(
    edited: Callable[..., Path], first: dict[str, str], other: dict[str, str]
) -> None:
    service = edited(first)
    original = contents(service)
    begun = migrations_of(service)

    update(service, other)

    assert_no_conflict(service)
    expected = edited(other)
    assert without_identity_migrations(service) == without_identity_migrations(expected)
    assert migrations_of(service) == migrations_of(expected) | begun
    commit(service, "Change our minds")

    update(service, first)

    assert_no_conflict(service)
    assert contents(service) == migrations_of(expected) | original


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({"auth": "jwt"}, {"auth": "session"}),
        pytest.param({"auth": "session"}, {"auth": "jwt"}, marks=FULL),
        pytest.param({"auth": "jwt"}, {"auth": "oauth2", "auth_provider": "custom"}, marks=FULL),
        pytest.param({"authorization": "permissions"}, {"authorization": "rbac"}, marks=FULL),
    ],
    ids=lambda answers: "-".join(answers.values()),
)
def test_makemigrations_follows_an_answer_with_other_tables(
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
    tools.format(service, "app/modules/identity/migrations")
    tools.assert_formatted(service, "app/modules/identity/migrations")


@FULL
def test_backups_and_their_files_are_added_and_removed(edited: Callable[..., Path]) -> None:
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


def test_service_with_every_answer_changed_passes_its_checks(
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


@FULL
def test_update_keeps_the_order_of_modules_entities_and_fields(edited: Callable[..., Path]) -> None:
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


def test_update_without_changes_changes_no_file(edited: Callable[..., Path]) -> None:
    service = edited()

    update(service)

    assert changes(service) == {"A": set(), "M": set(), "D": set()}
