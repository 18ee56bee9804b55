"""Steps that run inside a generated service, in one process: JSON in, JSON out.

The argument is a list of steps, each a list of a name and its arguments; the last line that is
printed is the list of their results.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import click
import httpx
import sqlalchemy as sa  # type: ignore[import-not-found]
from app.cli import app as commands  # type: ignore[import-not-found]
from app.main import create_app  # type: ignore[import-not-found]
from app.platform.authorization import ADMIN_ROLE  # type: ignore[import-not-found]
from app.platform.persistence.sql import adapter  # type: ignore[import-not-found]
from app.settings import Settings  # type: ignore[import-not-found]

CREDENTIALS = {"email": "ann@example.com", "password": "a long enough password"}


def app(*arguments: str) -> str:
    """Run a command of the service; returns its error message, if any."""
    try:
        commands.main([*arguments], standalone_mode=False)
    except click.ClickException as error:
        return error.format_message()
    return ""


async def difference(_: Any) -> str:
    """Return what the code has and the migrations lack."""
    service = create_app(Settings()).state.service
    try:
        found: str = await service.platform.store.missing_migrations()
    finally:
        await service.close()
    return found


async def downgrade(_: Any, revision: str) -> None:
    """Undo migrations."""
    service = create_app(Settings()).state.service
    try:
        await service.platform.store.downgrade(revision)
    finally:
        await service.close()


async def execute(engine: Any, statement: str) -> None:
    """Run a statement of SQL."""
    async with engine.begin() as connection:
        await connection.execute(sa.text(statement))


async def count(engine: Any, table: str) -> int:
    """Return the number of rows of a table."""
    async with engine.connect() as connection:
        rows: int = await connection.scalar(sa.text(f"SELECT count(*) FROM {table}"))
    return rows


async def columns(engine: Any, table: str) -> list[str]:
    """Return the names of a table's columns in the database."""
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda sync: sa.inspect(sync).get_columns(table))
    return sorted(column["name"] for column in found)


async def ask(_: Any, method: str, path: str, body: Any = None) -> list[Any]:
    """Call the API as an administrator; returns the status and the JSON of the response."""
    application = create_app(Settings())
    service = application.state.service
    await service.identity.authentication.accounts.assign_role(**CREDENTIALS, role=ADMIN_ROLE)
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        tokens = (await client.post("/api/v1/auth/login", json=CREDENTIALS)).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        answer = await client.request(method, path, json=body)
    await service.close()
    return [answer.status_code, answer.json()]


async def log_in(_: Any) -> int:
    """Log in as a user who registered before; returns the status of the response."""
    application = create_app(Settings())
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/api/v1/auth/login", json=CREDENTIALS)
    await application.state.service.close()
    return answer.status_code


STEPS: dict[str, Callable[..., Awaitable[Any]]] = {
    step.__name__: step for step in (difference, downgrade, execute, count, columns, ask, log_in)
}


async def _with_engine(name: str, arguments: list[Any]) -> Any:
    engine = adapter.create_engine(os.environ["APP_DATABASE_URL"])
    try:
        return await STEPS[name](engine, *arguments)
    finally:
        await engine.dispose()


def _do(name: str, arguments: list[Any]) -> Any:
    return app(*arguments) if name == "app" else asyncio.run(_with_engine(name, arguments))


if __name__ == "__main__":
    outcomes = [_do(name, arguments) for name, *arguments in json.loads(sys.argv[1])]
    print(f"\n{json.dumps(outcomes)}")
