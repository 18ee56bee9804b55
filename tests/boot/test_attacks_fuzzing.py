"""Fuzzing: generated requests cause no error, no undocumented response and no unexpected change."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from ..contract.answers import load_answers
from ..contract.fuzzing import SESSION_ENDING, fuzz, list_operations
from .attacked import CASE_NAMES, USAGE_COLUMNS, Attacked
from .tables import Row, Tables

__all__ = ["CASE_NAMES"]

# Minimum number of requests per service, in the daily and in the full run.
DAILY, FULL = 300, 2500
# Number of requests from which the coverage phase, which varies each parameter, is included.
COVERAGE_THRESHOLD = 2000

Requests = list[tuple[str, str, int]]
Record = Callable[[str, object], None]


def fuzzed(attacked: Attacked, folder: Path, wanted: int) -> Requests:
    """Fuzz the service as an administrator and return the requests that it logged."""
    document = attacked.routes[0].document
    session = attacked.service.answers["auth"] == "session"
    session_ending = SESSION_ENDING if session else frozenset()
    others = set(list_operations(document)) - session_ending
    already = len(attacked.requests())
    fuzzer = attacked.new("admin")
    attacked.fuzzers.append(fuzzer.id)

    def sent() -> Requests:
        own = attacked.requests()[already:]
        return [each for each in own if each[1] != "/openapi.json"]

    def send(seed: int, phases: tuple[str, ...]) -> None:
        missing = max(0, wanted - len(sent()))
        fuzz(
            attacked.its.base_url,
            document,
            fuzzer.headers(),
            folder,
            examples=1 + missing // len(others),
            seed=seed,
            phases=phases,
            excluded=session_ending,
        )

    if wanted >= COVERAGE_THRESHOLD:
        send(0, ("coverage",))
    if session_ending:
        fuzz(
            attacked.its.base_url,
            document,
            attacked.new("admin").headers(),
            folder,
            examples=5,
            excluded=others,
        )
    seed = 1
    while len(sent()) < wanted:
        send(seed, ("fuzzing", "stateful"))
        seed += 1
    return sent()


def by_id(rows: list[Row]) -> dict[str, Row]:
    return {str(UUID(row["id"])): row for row in rows}


def count_by_id(requests: Requests, method: str, collection: str, status: int) -> Counter[str]:
    """Count the requests per resource of a collection with this method and status."""
    prefix = f"{collection}/"
    return Counter(
        str(UUID(path.removeprefix(prefix)))
        for each, path, answer in requests
        if each == method and path.startswith(prefix) and answer == status
        if "/" not in path.removeprefix(prefix)
    )


def assert_accounted_for(
    collection: str, before: list[Row], after: list[Row], requests: Requests, fuzzer: str
) -> None:
    """Assert that the rows changed only as the logged responses account for."""
    created = sum(each == ("POST", collection, 201) for each in requests)
    deleted = count_by_id(requests, "DELETE", collection, 204)
    changed = count_by_id(requests, "PUT", collection, 200)
    old, new = by_id(before), by_id(after)
    assert len(new) == len(old) + created - len(deleted), collection
    assert not new.keys() & deleted.keys(), collection
    assert old.keys() - deleted.keys() <= new.keys(), collection
    for id_, row in new.items():
        first = old.get(id_, {})
        assert row["version"] == first.get("version", 1) + changed[id_], row
        if id_ not in old:
            assert str(UUID(row["owner_id"])) == fuzzer, row
        elif id_ in changed:
            for name in ("owner_id", "created_at"):
                assert row[name] == first[name], row
        else:
            assert row == first


def test_generated_requests_cause_no_error_and_no_unexpected_change(
    attacked: Attacked, tmp_path: Path, record_property: Record, pytestconfig: pytest.Config
) -> None:
    number = FULL if pytestconfig.option.run_all else DAILY
    wanted = int(os.environ.get("ANDAMIO_FUZZ_REQUESTS", number))
    before = attacked.rows()

    requests = fuzzed(attacked, tmp_path, wanted)

    after = attacked.rows()
    attacked.create_resources()  # some were deleted
    statuses = Counter(status for *_, status in requests)
    auth = attacked.service.answers["auth"]
    counts = ", ".join(f"{number} x {status}" for status, number in sorted(statuses.items()))
    record_property("fuzzed", f"{auth}: {len(requests)} generated requests, answered {counts}")
    assert len(requests) >= wanted
    assert [each for each in requests if each[2] >= 500 or each[2] == 0] == []
    assert "Traceback" not in attacked.its.log.read_text(encoding="utf-8")
    assert after.keys() == before.keys()
    fuzzer = attacked.fuzzers[-1]
    for entity in load_answers(attacked.service.path / ".copier-answers.yml").entities:
        name = entity.path.rpartition("/")[2]
        table = f"{entity.module}_{name}"
        assert_accounted_for(entity.path, before[table], after[table], requests, fuzzer)
    assert_users_unchanged(attacked, before, after, requests)


def assert_users_unchanged(
    attacked: Attacked,
    before: Tables,
    after: Tables,
    requests: Requests,
) -> None:
    old, new = by_id(before["identity_users"]), by_id(after["identity_users"])
    assert {id_: new.get(id_) for id_ in old} == old
    new_users = {id_: row for id_, row in new.items() if id_ not in old}
    roles = Counter(row["role"].lower() for row in new_users.values())
    # The fuzzing administrator, and the one that fuzzes the logout.
    assert roles["admin"] <= 2
    assert roles.keys() <= {"admin", attacked.lowest_role}
    asked = ("/api/v1/users", "/api/v1/auth/register")
    created = sum(each == "POST" and path in asked and s == 201 for each, path, s in requests)
    assert len(new_users) <= created + roles["admin"]
    for table in ("identity_passwords", "identity_permissions"):
        owners = {row["user_id"] for row in added_rows(table, before, after)}
        assert owners.isdisjoint(row["id"] for row in before["identity_users"]), table
    keys = len(added_rows("identity_api_keys", before, after))
    assert keys <= sum(each == ("POST", "/api/v1/api-keys", 201) for each in requests) + 1


def added_rows(table: str, before: Tables, after: Tables) -> list[Row]:
    """Return the rows added to a table of credentials or permissions; assert no other change."""

    def comparable(row: Row) -> str:
        return str({name: row[name] for name in row if name not in USAGE_COLUMNS})

    old = {comparable(row) for row in before.get(table, [])}
    new = {comparable(row): row for row in after.get(table, [])}
    assert old <= new.keys(), table
    return [row for text, row in new.items() if text not in old]
