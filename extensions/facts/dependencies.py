"""Python packages that the emitted service needs, by answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .database import sqlite_stands_in

TESTED_ON = "2026-11-24"

# What the emitted service imports, whatever the answers.
RUNTIME = (
    "alembic~=1.20.1",
    "click~=8.5.1",
    "fastapi~=0.165.0",
    "pydantic-settings~=2.16.3",
    "pydantic[email]~=2.14.4",
    "sqlalchemy[asyncio]~=2.1.9",
    "starlette~=1.10.0",
    "structlog~=26.1.0",
    "uuid-utils~=1.2.0",
    "uvicorn[standard]~=0.54.0",
)
# What it imports besides because of one answer.
PASSWORDS = ("argon2-cffi~=25.1.0", "zxcvbn~=4.5.0")
RUNTIME_BY_ANSWER = {
    ("auth", "jwt"): (*PASSWORDS, "pyjwt~=2.15.1"),
    ("auth", "session"): PASSWORDS,
    # The issuer is asked over HTTP, and signs with keys that PyJWT alone cannot read.
    ("auth", "oauth2"): ("cryptography~=50.0.0", "httpx~=0.28.1", "pyjwt~=2.15.1"),
    ("cache", "memory"): ("cachetools~=8.0.2",),
    ("cache", "redis"): ("redis~=8.1.0",),
    ("database", "sqlite"): ("aiosqlite~=0.22.1",),
    ("database", "postgresql"): ("asyncpg~=0.32.0",),
    # MySQL 8 takes passwords over unencrypted connections only if they are encrypted themselves.
    ("database", "mysql"): ("asyncmy~=0.2.18", "cryptography~=50.0.0"),
    ("metrics", "prometheus"): ("prometheus-client~=0.26.0",),
}
DEVELOPMENT_IF_SEEDED = ("faker~=40.63.0",)
DEVELOPMENT = (
    "anyio~=4.16.0",
    "httpx~=0.28.1",
    "import-linter~=2.17",
    "mypy~=2.4.1",
    "pytest~=9.2.0",
    "pytest-cov~=7.1.0",
    "ruff~=0.17.6",
)
DEVELOPMENT_BY_ANSWER = {
    ("auth", "jwt"): ("types-zxcvbn~=4.5.0",),
    ("auth", "session"): ("types-zxcvbn~=4.5.0",),
    ("cache", "memory"): ("types-cachetools~=7.0.0.20260713",),
}

# What services depend on between them, whatever their answers.
ALL_REQUIREMENTS = tuple(
    sorted(
        {*RUNTIME, *DEVELOPMENT_IF_SEEDED, *DEVELOPMENT}.union(
            *RUNTIME_BY_ANSWER.values(), *DEVELOPMENT_BY_ANSWER.values()
        )
    )
)


def dependency_facts(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the service and its development depend on, and the day of these versions."""
    return {
        "dependencies": runtime_dependencies(answers),
        "dev_dependencies": development_dependencies(answers),
        "tested_on": TESTED_ON,
    }


def runtime_dependencies(answers: Mapping[str, Any]) -> list[str]:
    """Return what the service needs to run, sorted."""
    return sorted({*RUNTIME, *_chosen(answers, RUNTIME_BY_ANSWER)})


def development_dependencies(answers: Mapping[str, Any]) -> list[str]:
    """Return what its tests and tools need besides, sorted."""
    stand_in = RUNTIME_BY_ANSWER["database", "sqlite"] if sqlite_stands_in(answers) else ()
    seeded = DEVELOPMENT_IF_SEEDED if answers["seed_data"] else ()
    needed = {*DEVELOPMENT, *stand_in, *seeded, *_chosen(answers, DEVELOPMENT_BY_ANSWER)}
    return sorted(needed - {*runtime_dependencies(answers)})


def _chosen(
    answers: Mapping[str, Any], by_answer: Mapping[tuple[str, str], tuple[str, ...]]
) -> list[str]:
    return [
        requirement
        for (key, choice), requirements in by_answer.items()
        if answers[key] == choice
        for requirement in requirements
    ]
