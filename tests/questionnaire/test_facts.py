"""What follows from the answers."""

from __future__ import annotations

import ast
import datetime as dt
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

from extensions import questionnaire
from extensions.facts import facts
from extensions.facts.modules import SAMPLES, Entity, import_of, natural_key
from extensions.hook import restore_order

from ..support import ROOT

MACROS = SandboxedEnvironment(
    loader=FileSystemLoader(ROOT / "template" / "macros"), trim_blocks=True, lstrip_blocks=True
)

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


def rendered(expression: str, **names: Any) -> str:
    """Return what an expression of the macros for Python renders to."""
    name = re.split(r"\W", expression)[0]
    source = f'{{% from "python.jinja" import {name} %}}{{{{ {expression} }}}}'
    return MACROS.from_string(source).render(names)


def entity_with(**fields: str) -> Entity:
    modules = {"shop": {"thing": fields}}
    result: Entity = facts(ANSWERS | {"modules": modules})["app_modules"][0].entities[0]
    return result


def test_modules_and_entities_keep_their_order_and_have_every_case() -> None:
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


def test_import_is_one_line_if_it_fits() -> None:
    assert import_of("a" * 83, "Name") == f"from {'a' * 83} import Name"
    assert import_of("a" * 84, "Name") == f"from {'a' * 84} import (\n    Name,\n)"
    assert rendered("import_from('a', ['B', 'C'])") == "from a import B, C"
    module = "a" * 84
    assert rendered(f"import_from('{module}', ['N', 'O'])") == (
        f"from {module} import (\n    N,\n    O,\n)"
    )


def test_entity_lists_the_types_and_the_special_fields() -> None:
    item = facts(ANSWERS)["app_modules"][0].entities[0]
    assert [field.name for field in item.checked_fields] == ["label"]
    assert item.types == ["bool", "decimal", "str"]
    assert rendered("import_layer(entity, 'domain', ['OrderItem'])", entity=item) == (
        "from app.modules.order_desk.domain.order_item import OrderItem"
    )
    assert rendered("import_schemas(entity)", entity=item) == (
        "from app.platform.http.fields import Amount, Flag, ShortText"
    )


def test_field_has_its_form_for_every_layer() -> None:
    price = entity_with(unit_price="decimal optional").fields[0]
    assert (price.label, rendered("annotation(field)", field=price)) == (
        "unit price",
        "Decimal | None",
    )
    assert rendered("column(field)", field=price) == (
        'sa.Column("unit_price", tables.ExactDecimal())'
    )
    label = entity_with(label="str unique").fields[0]
    assert rendered("column(field)", field=label) == (
        'sa.Column("label", sa.String(200), nullable=False, unique=True)'
    )
    assert (price.optional, price.unique, price.type) == (True, False, "decimal")


@pytest.mark.parametrize(("length", "lines"), [(26, 1), (27, 3)])
def test_column_is_broken_where_the_migration_has_no_room_for_it(length: int, lines: int) -> None:
    field = entity_with(**{"x" * length: "decimal unique"}).fields[0]
    text = f"        {rendered('column(field)', field=field)},"
    assert len(text.split("\n")) == lines
    assert max(map(len, text.split("\n"))) <= 100


def test_revisions_are_stable_distinct_and_fit_a_migration() -> None:
    revisions = [module.revision for module in facts(ANSWERS)["app_modules"]]
    revisions += [
        entity.revision for module in facts(ANSWERS)["app_modules"] for entity in module.entities
    ]
    assert len(set(revisions)) == 5
    assert all(len(revision) == 12 and int(revision, 16) >= 0 for revision in revisions)
    assert entity_with(a="str").revision == entity_with(b="int").revision == "abc46ca0bc4d"


@pytest.mark.parametrize("table", ["TYPES", "SCHEMAS", "COLUMNS"])
def test_every_type_of_the_questionnaire_has_its_forms(table: str) -> None:
    types = sorted(questionnaire.FIELD_TYPES)
    assert sorted(SAMPLES) == types
    assert ast.literal_eval(rendered(f"{table} | sort")) == types


@pytest.mark.parametrize("kind", questionnaire.FIELD_TYPES)
def test_samples_are_two_values_and_agree_in_python_and_json(kind: str) -> None:
    field = entity_with(unit_price=kind).fields[0]
    names = {"dt": dt, "Decimal": Decimal, "UUID": UUID}
    texts = [rendered(f"value(field, field.{each})", field=field) for each in ("sample", "other")]
    values = [eval(text, names) for text in texts]
    literals = [rendered("literal(value)", value=each) for each in (field.sample, field.other)]
    annotation = eval(rendered("annotation(field)", field=field), names)

    assert values[0] != values[1]
    assert [ast.literal_eval(text) for text in literals] == [field.sample, field.other]
    assert [type(value) for value in values] == [annotation] * 2
    for value, as_json in zip(values, (field.sample, field.other), strict=True):
        if isinstance(value, dt.date):
            assert type(value).fromisoformat(as_json) == value
        else:
            assert type(value)(as_json) == value


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
def test_a_dependency_comes_with_its_answer_only(
    key: str, answer: Any, other: Any, added: list[str]
) -> None:
    def needed(choice: Any) -> list[str]:
        strategy = {"cache_strategy": "cache-aside"} if choice != "none" else {}
        result = facts(ANSWERS | strategy | {key: choice})
        for name in ("dependencies", "dev_dependencies"):
            assert result[name] == sorted(result[name])
        return [*result["dependencies"], *result["dev_dependencies"]]

    assert [one.split("~=")[0] for one in needed(answer) if one not in needed(other)] == added


def test_what_the_service_needs_its_tests_do_not_declare_again() -> None:
    result = facts(ANSWERS | {"auth": "oauth2", "database": "mysql"})
    names = [
        one.split("~=")[0] for key in ("dependencies", "dev_dependencies") for one in result[key]
    ]

    assert "httpx" in names
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("name", "email", "line"),
    [
        ("", "", ""),
        ("Ana", "", '{ name = "Ana" }'),
        ("", "a@b.io", '{ email = "a@b.io" }'),
        ("Ana", "a@b.io", '{ name = "Ana", email = "a@b.io" }'),
    ],
)
def test_the_author_as_toml(name: str, email: str, line: str) -> None:
    assert facts(ANSWERS | {"author_name": name, "author_email": email})["author_line"] == line


def test_names_are_sorted_as_import_sorters_do() -> None:
    names = ["box10", "box_a", "box2", "boxa", "box", "a10b", "a9b"]
    assert sorted(names, key=natural_key) == [
        "a9b",
        "a10b",
        "box",
        "box2",
        "box10",
        "box_a",
        "boxa",
    ]


def test_sqlite_stands_in_for_a_server_only() -> None:
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


@pytest.mark.parametrize("auth", QUESTIONS["auth"].choices)
def test_a_way_to_prove_who_one_is_has_whatever_templates_say_of_it(auth: str) -> None:
    result = facts(ANSWERS | {"auth": auth})

    assert result["call_options"]


@pytest.mark.parametrize("provider", QUESTIONS["auth_provider"].choices)
def test_documents_name_the_same_issuer_as_the_code(provider: str) -> None:
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


def test_the_rest() -> None:
    assert dt.date.fromisoformat(facts(ANSWERS)["tested_on"])
    assert facts(ANSWERS)["slug_snake"] == "order_desk"
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
def test_a_schedule_is_cron_s_and_not_on_the_hour(answer: str, schedule: str) -> None:
    found = facts(ANSWERS | {"backup": answer})["backup_schedule"]
    assert re.fullmatch(schedule, found)
    assert not found.startswith("0 ")


def test_order_is_kept_and_what_is_new_comes_last() -> None:
    model = {"b": {"z": 1, "a": 2}, "a": {}}
    mapping = {"a": {}, "aa": {}, "b": {"a": 2, "m": 3, "z": 1}}
    restore_order(mapping, model)
    assert list(mapping) == ["b", "a", "aa"]
    assert list(mapping["b"]) == ["z", "a", "m"]
    assert mapping["b"] == {"a": 2, "m": 3, "z": 1}
    restore_order("text", model)
    restore_order(mapping, None)
