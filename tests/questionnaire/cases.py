"""Refused answers: the question, the answer, and a part of the sentence that refuses it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Refused(NamedTuple):
    """One answer, as text from the command line or as a value from a data file."""

    key: str
    answer: Any
    says: str


def _fields(fields: Any) -> dict[str, Any]:
    return {"shop": {"thing": fields}}


def _field(name: Any, text: Any = "str") -> dict[str, Any]:
    return _fields({name: text})


def _entity(name: Any) -> dict[str, Any]:
    return {"shop": {name: {"label": "str"}}}


def _module(name: Any) -> dict[str, Any]:
    return {name: {"thing": {"label": "str"}}}


def _entities(*paths: str) -> dict[str, Any]:
    modules: dict[str, Any] = {}
    for path in paths:
        module, entity = path.split(".")
        modules.setdefault(module, {})[entity] = {"label": "str"}
    return modules


REFUSED = [
    # Names and numbers
    Refused("project_name", "", "needs a name"),
    Refused("project_name", "  ", "needs a name"),
    Refused("project_name", "x" * 101, "101 characters"),
    Refused("project_name", "a\nb", "line break"),
    Refused("project_name", "a\u202eb", "invisible character"),
    Refused("project_name", 'The "Best"', "double quote"),
    Refused("project_name", " padded", "begins or ends with a space"),
    Refused("project_name", ["a"], "not a text"),
    Refused("project_name", True, "not a text"),
    Refused("project_slug", "My Service", "such as my-service"),
    Refused("project_slug", "", "not a slug"),
    Refused("project_slug", "a--b", "not a slug"),
    Refused("project_slug", "9-lives", "not a slug"),
    Refused("project_slug", "ok\n", "not a slug"),
    Refused("project_slug", "x" * 51, "shorten it to 50"),
    Refused("project_slug", "fastapi", "such as fastapi-service"),
    Refused("description", "C:\\temp", "backslash"),
    Refused("description", "x" * 201, "shorten it to 200"),
    Refused("description", None, "missing"),
    Refused("author_name", "a\tb", "line break"),
    Refused("author_email", "ana", "not an email address"),
    Refused("author_email", "ana@example", "not an email address"),
    Refused("author_email", "ana@example.com\n", "not an email address"),
    Refused("database", "oracle", "choose sqlite, postgresql or mysql"),
    Refused("backup", "monthly", "choose none, daily, hourly or weekly"),
    Refused("backup_retention_days", 0, "from 1 to 3650"),
    Refused("backup_retention_days", "3651", "from 1 to 3650"),
    Refused("backup_retention_days", "a fortnight", "not a whole number"),
    Refused("cache", None, "missing"),
    Refused("cache", "valkey", "choose memory, none, redis or memcached"),
    Refused("cache_strategy", "write-behind", "choose cache-aside, read-through or write-through"),
    Refused("auth", "basic", "choose jwt"),
    Refused("authorization", "acl", "choose rbac"),
    Refused("metrics", "Prometheus", "choose prometheus or none"),
    Refused("rate_limit", "many", "not a rate limit"),
    Refused("rate_limit", "0/minute", "not a rate limit"),
    Refused("rate_limit", "1000001/minute", "not a rate limit"),
    Refused("rate_limit", "10/fortnight", "not a rate limit"),
    Refused("rate_limit", "10/minute;5/second", "not a rate limit"),
    Refused("coverage_target", 96, "from 0 to 95"),
    Refused("coverage_target", "-1", "from 0 to 95"),
    Refused("coverage_target", "ninety", "not a whole number"),
    Refused("coverage_target", 89.5, "not a whole number"),
    Refused("coverage_target", True, "not a whole number"),
    # The shape of modules
    Refused("modules", "{shop: {thing: {label: str}", "not valid YAML at line 1"),
    Refused("modules", "shop:\n\tthing: {}", "not valid YAML at line 2"),
    Refused("modules", "{shop: {thing: {day: 2026-13-45}}}", "not valid YAML (month"),
    Refused("modules", "", "must map each module"),
    Refused("modules", "shop", "must map each module"),
    Refused("modules", "2026-01-01", "must map each module"),
    Refused("modules", ["shop"], "must map each module"),
    Refused("modules", {}, "'modules' is empty"),
    Refused("modules", {"shop": None}, "'shop' must map each entity"),
    Refused("modules", {"shop": {}}, "'shop' is empty"),
    Refused("modules", {"shop": {"thing": {}}}, "'shop.thing' is empty"),
    Refused("modules", {"shop": {"thing": "str"}}, "'shop.thing' must map each field"),
    Refused("modules", "&a {shop: *a}", "'shop.shop.shop' has {'shop'"),
    Refused("modules", {f"m{n}": {f"e{n}": {"a": "str"}} for n in range(51)}, "51 modules"),
    Refused("modules", {"shop": {f"e{n}": {"a": "str"} for n in range(201)}}, "201 entities"),
    Refused("modules", _fields({f"f{n}": "str" for n in range(61)}), "61 fields"),
    # Keys other than texts
    Refused("modules", "{shop: {thing: {on: bool}}}", "'shop.thing' has a name that YAML reads as"),
    Refused("modules", "{no: {thing: {label: str}}}", "YAML reads as false"),
    Refused("modules", _entity(1), "YAML reads as 1"),
    Refused("modules", _field(None), "YAML reads as null"),
    # Names in modules
    Refused("modules", _module("Shop"), "'Shop' is not a valid name"),
    Refused("modules", _module("my-shop"), "'my-shop' is not a valid name"),
    Refused("modules", _module("_shop"), "'_shop' is not a valid name"),
    Refused("modules", _module("shop\n"), "is not a valid name"),
    Refused("modules", _module("x" * 29), "shorten it to 28"),
    Refused("modules", _module("import"), "'import' is a Python keyword"),
    Refused("modules", _module("identity"), "'identity' has a reserved name"),
    Refused("modules", _module("identity_refresh"), "reserved name"),
    Refused("modules", _module("heads"), "reserved name"),
    Refused("modules", _module("sqlite"), "reserved name"),
    *(
        Refused("modules", _module(name), "ignore folders of that name")
        for name in ("build", "dist", "node_modules", "venv")
    ),
    Refused("modules", _entity("orderItem"), "'shop.orderItem' is not a valid name"),
    Refused("modules", _entity("order__item"), "is not a valid name"),
    Refused("modules", _entity("class"), "'shop.class' is a Python keyword"),
    Refused("modules", _entity("user"), "identity serves /api/v1/users"),
    Refused("modules", _entity("a"), "'shop.a' has the plural 'as', a Python keyword"),
    Refused("modules", _field("Name"), "'shop.thing.Name' is not a valid name"),
    Refused("modules", _field("x" * 29), "shorten it to 28"),
    Refused("modules", _field("l"), "'shop.thing.l' looks like the number 1"),
    Refused("modules", _field("lambda"), "'shop.thing.lambda' is a Python keyword"),
    *(
        Refused("modules", _field(name), f"'shop.thing.{name}' is a field that every entity has")
        for name in ("id", "owner_id", "created_at", "updated_at", "version")
    ),
    *(
        Refused("modules", _field(name), f"'shop.thing.{name}' has a name that the emitted")
        for name in ("str", "dt", "revised", "json", "copy", "register", "model_config")
    ),
    # Names that collide
    Refused("modules", _entities("shop.person", "crm.people"), "'shop.person' and 'crm.people'"),
    Refused("modules", _entities("shop.item", "shop.items"), "'shop.item' and 'shop.items'"),
    Refused("modules", _entities("a.thing", "b.thing"), "'a.thing' and 'b.thing'"),
    Refused("modules", _entities("a.base", "b.basis"), "'a.base' and 'b.basis'"),
    Refused("modules", _entities("a.a_b1", "b.a_b_1"), "the name 'AB1'"),
    Refused("modules", _entities("a.page", "b.page_entity"), "the name 'PageEntity'"),
    Refused("modules", _entities("a.b_c", "a_b.c"), "the name 'a_b_cs'"),
    # Types and modifiers
    Refused("modules", _field("label", None), "'shop.thing.label' has no type"),
    Refused("modules", _field("label", ""), "has no type"),
    Refused("modules", _field("label", True), "has True in place of a type"),
    Refused("modules", _field("label", {"type": "str"}), "in place of a type"),
    Refused("modules", _field("label", "string"), "'string' (the types are str, text, int"),
    Refused("modules", _field("label", "string"), "did you mean 'str'?"),
    Refused("modules", _field("label", "Decimal"), "did you mean 'decimal'?"),
    Refused("modules", _field("label", "varbinary"), "write one of them"),
    Refused("modules", _field("label", "str option"), "did you mean 'optional'?"),
    Refused("modules", _field("label", "str index"), "write optional or unique"),
    Refused("modules", _field("label", "str unique unique"), "has the modifier 'unique' twice"),
    Refused("modules", _field("label", "bool unique"), "'shop.thing.label' cannot be unique"),
    Refused("modules", _field("label", "text optional unique"), "or use str"),
]
