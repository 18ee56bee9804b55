"""Facts that follow from the answers."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from extensions import questionnaire
from extensions.facts import facts
from extensions.facts.modules import Entity
from extensions.hook import restore_order

from ..support import ROOT

ANSWERS: dict[str, Any] = {
    "project_slug": "order-desk",
    "author_name": "",
    "author_email": "",
    "modules": {
        "order_desk": {
            "order_item": {
                "label": "str unique",
                "unit_price": "decimal optional",
                "packed": "bool",
            },
            "order": {"due": "date"},
        },
        "crm": {"person": {"address": "email unique", "born": "date optional"}},
    },
    "database": "sqlite",
    "seed_data": False,
    "backup": "none",
    "cache": "none",
    "auth": "jwt",
    "authorization": "rbac",
    "rate_limit": "100/minute",
    "metrics": "prometheus",
}
TEMPLATE = ROOT / "template/python"
IDENTITY = TEMPLATE / "app/modules/identity/infrastructure"
QUESTIONS = questionnaire.load_questions(ROOT / "copier.yml")


def entity_with(**fields: str) -> Entity:
    modules = {"shop": {"thing": fields}}
    result: Entity = facts(ANSWERS | {"modules": modules})["app_modules"][0].entities[0]
    return result


def test_modules_and_entities_are_in_order_with_names_in_every_case() -> None:
    desk, crm = facts(ANSWERS)["app_modules"]
    assert (desk.name, desk.pascal, desk.label, desk.title) == (
        "order_desk",
        "OrderDesk",
        "order desk",
        "Order desk",
    )
    assert [entity.name for entity in desk.entities] == ["order_item", "order"]
    item, person = desk.entities[0], crm.entities[0]
    assert (item.pascal, item.table) == ("OrderItem", "order_desk_order_items")
    assert (item.label, item.labels, item.a_label) == (
        "order item",
        "order items",
        "an order item",
    )
    assert (person.plural, person.plural_pascal, person.table) == ("people", "People", "crm_people")


def test_entity_lists_its_checked_and_unique_fields_and_types() -> None:
    item = facts(ANSWERS)["app_modules"][0].entities[0]
    assert [field.name for field in item.checked_fields] == ["label"]
    assert [field.name for field in item.unique_fields] == ["label"]
    assert item.types == ["bool", "decimal", "str"]


def test_field_has_its_modifiers_and_labelled_samples() -> None:
    label = entity_with(unit_name="str unique").fields[0]
    assert (label.label, label.type, label.optional, label.unique) == (
        "unit name",
        "str",
        False,
        True,
    )
    assert (label.sample, label.other) == ("Unit name 1", "Unit name 2")


def test_revisions_are_stable_distinct_and_of_12_digits() -> None:
    revisions = [module.revision for module in facts(ANSWERS)["app_modules"]]
    revisions += [
        entity.revision for module in facts(ANSWERS)["app_modules"] for entity in module.entities
    ]
    assert len(set(revisions)) == 5
    assert all(len(revision) == 12 and int(revision, 16) >= 0 for revision in revisions)
    assert entity_with(a="str").revision == entity_with(b="int").revision == "abc46ca0bc4d"


@pytest.mark.parametrize(
    ("key", "answer", "other", "added"),
    [
        ("metrics", "prometheus", "none", ["prometheus-client"]),
        ("seed_data", True, False, ["faker"]),
        ("database", "sqlite", "postgresql", ["aiosqlite"]),
        ("database", "postgresql", "sqlite", ["asyncpg"]),
        ("database", "mysql", "sqlite", ["asyncmy", "cryptography"]),
        ("auth", "oauth2", "jwt", ["cryptography"]),
        ("auth", "oauth2", "api_key", ["cryptography", "pyjwt"]),
        ("auth", "jwt", "oauth2", ["argon2-cffi", "zxcvbn", "types-zxcvbn"]),
        ("auth", "jwt", "session", ["pyjwt"]),
        ("auth", "session", "api_key", ["argon2-cffi", "zxcvbn", "types-zxcvbn"]),
        ("cache", "memory", "none", ["cachetools", "types-cachetools"]),
        ("cache", "redis", "none", ["redis"]),
        ("cache", "memcached", "none", []),
    ],
)
def test_answer_adds_its_dependencies(key: str, answer: Any, other: Any, added: list[str]) -> None:
    def needed(choice: Any) -> list[str]:
        strategy = {"cache_strategy": "cache-aside"} if choice != "none" else {}
        result = facts(ANSWERS | strategy | {key: choice})
        for name in ("dependencies", "dev_dependencies"):
            assert result[name] == sorted(result[name])
        return [*result["dependencies"], *result["dev_dependencies"]]

    assert [one.split("~=")[0] for one in needed(answer) if one not in needed(other)] == added


def test_no_dependency_is_declared_twice() -> None:
    result = facts(ANSWERS | {"auth": "oauth2", "database": "mysql"})
    names = [
        one.split("~=")[0] for key in ("dependencies", "dev_dependencies") for one in result[key]
    ]

    assert "httpx" in names
    assert sorted(names) == sorted(set(names))


def test_sqlite_replaces_only_a_database_server_in_tests() -> None:
    server = facts(ANSWERS | {"database": "postgresql", "test_database": "sqlite"})
    assert server["sqlite_stands_in"] is True
    assert "aiosqlite~=0.22.1" in server["dev_dependencies"]
    assert "aiosqlite~=0.22.1" not in server["dependencies"]
    assert facts(ANSWERS | {"test_database": "sqlite"})["sqlite_stands_in"] is False
    assert facts(ANSWERS | {"database": "mysql"})["sqlite_stands_in"] is False


@pytest.mark.parametrize("cache", QUESTIONS["cache"].choices)
def test_cache_url_names_the_server(cache: str) -> None:
    url = facts(ANSWERS | {"cache": cache})["cache_url"]

    assert url.partition("://")[0] == (cache if cache in {"redis", "memcached"} else "")


@pytest.mark.parametrize("provider", QUESTIONS["auth_provider"].choices)
def test_issuer_example_is_the_same_in_documents_and_code(provider: str) -> None:
    result = facts(ANSWERS | {"auth": "oauth2", "auth_provider": provider})
    code = (IDENTITY / f"oidc/providers/{provider}.py").read_text(encoding="utf-8")

    assert f'ISSUER_EXAMPLE = "{result["issuer_example"]}"\n' in code
    assert f'AUDIENCE_EXAMPLE = "{result["audience_example"]}"\n' in code


@pytest.mark.parametrize(
    ("answers", "names"),
    [
        ({"auth": "jwt"}, ["APP_DATABASE_URL", "APP_ALLOWED_HOSTS", "APP_SECRET_KEY"]),
        ({"auth": "session"}, ["APP_DATABASE_URL", "APP_ALLOWED_HOSTS"]),
        ({"auth": "api_key"}, ["APP_DATABASE_URL", "APP_ALLOWED_HOSTS"]),
        (
            {"auth": "oauth2", "cache": "redis", "cache_strategy": "cache-aside"},
            [
                "APP_DATABASE_URL",
                "APP_CACHE_URL",
                "APP_ALLOWED_HOSTS",
                "APP_OIDC_ISSUER",
                "APP_OIDC_AUDIENCE",
            ],
        ),
    ],
)
def test_production_variables_depend_on_the_answers(
    answers: dict[str, str], names: list[str]
) -> None:
    assert facts(ANSWERS | answers)["production_variables"] == names


def test_rate_limit_and_tested_day_are_data() -> None:
    assert dt.date.fromisoformat(facts(ANSWERS)["tested_on"])
    assert facts(ANSWERS)["rate_limited"] is True
    assert facts(ANSWERS | {"rate_limit": ""})["rate_limited"] is False


@pytest.mark.parametrize(
    ("answers", "limited"),
    [
        ({"auth": "jwt"}, True),
        ({"auth": "session"}, True),
        ({"auth": "api_key"}, False),
        ({"auth": "jwt", "rate_limit": ""}, False),
    ],
)
def test_login_limit_needs_passwords_and_a_rate_limit(
    answers: dict[str, Any], limited: bool
) -> None:
    assert facts(ANSWERS | answers)["login_limited"] is limited


@pytest.mark.parametrize(
    ("answer", "schedule"),
    [
        ("none", r""),
        ("hourly", r"\d+ \* \* \* \*"),
        ("daily", r"\d+ \d+ \* \* \*"),
        ("weekly", r"\d+ \d+ \* \* 0"),
    ],
)
def test_backup_schedule_is_a_cron_expression_off_the_hour(answer: str, schedule: str) -> None:
    found = facts(ANSWERS | {"backup": answer})["backup_schedule"]
    assert re.fullmatch(schedule, found)
    assert not found.startswith("0 ")


def test_order_is_restored_with_new_keys_last() -> None:
    model = {"b": {"z": 1, "a": 2}, "a": {}}
    mapping = {"a": {}, "aa": {}, "b": {"a": 2, "m": 3, "z": 1}}
    restore_order(mapping, model)
    assert list(mapping) == ["b", "a", "aa"]
    assert list(mapping["b"]) == ["z", "a", "m"]
    assert mapping["b"] == {"a": 2, "m": 3, "z": 1}
    restore_order("text", model)
    restore_order(mapping, None)
