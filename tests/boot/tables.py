"""Reader of all rows in the database of a service."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..support import ENVIRONMENT
from .running import Service

Row = dict[str, Any]
Tables = dict[str, list[Row]]

# Runs in the environment of the service, which has the driver; prints one line for each it reads.
READER = """
import asyncio, json, sys
import sqlalchemy as sa
from app.platform.persistence.sql import adapter

def text(value):
    return value.hex() if isinstance(value, bytes) else str(value)

def found(connection):
    everything = sa.select(sa.text("*"))
    return {
        name: [dict(row) for row in
               connection.execute(everything.select_from(sa.table(name))).mappings()]
        for name in sa.inspect(connection).get_table_names()
    }

async def answer(url):
    engine = adapter.create_engine(url)
    for _ in sys.stdin:
        async with engine.connect() as connection:
            print(json.dumps(await connection.run_sync(found), default=text), flush=True)
    await engine.dispose()

asyncio.run(answer(sys.argv[1]))
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Process that reads all tables on request, since each start would take most of a second."""

    process: subprocess.Popen[str]

    def tables(self) -> Tables:
        """Return the current rows of all tables, read from the database directly."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the reader process has ended; see its output"
        tables: Tables = json.loads(line)
        return tables


@contextmanager
def reading(service: Service) -> Iterator[Reader]:
    """Run a reader of the database of a service."""
    with subprocess.Popen(
        [service.path / ".venv/bin/python", "-c", READER, service.database_url],
        cwd=service.path,
        env={**ENVIRONMENT, **service.variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield Reader(process)
        assert process.stdin
        process.stdin.close()
