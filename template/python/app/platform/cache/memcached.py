"""Cache on a Memcached server, in its text protocol, shared by all processes of the service."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from app.kernel.errors import Unavailable
from app.platform.cache.port import Cache
from app.platform.cache.resilient import ResilientCache
from app.platform.cache.settings import CacheSettings

DEFAULT_PORT = 11211
MAX_CONNECTIONS = 20
# The database answers faster than a cache that takes longer than this.
TIMEOUT_SECONDS = 0.5
# Memcached reads a larger number as a date, in seconds since 1970.
LONGEST_SECONDS = 30 * 24 * 60 * 60
LINE_END = b"\r\n"


class _Connection(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class _Reply(NamedTuple):
    line: bytes
    value: bytes | None


class MemcachedCache:
    """Values on the server of `memcached://host:port`."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._host = where.hostname or "localhost"
        self._port = where.port or DEFAULT_PORT
        self._idle: list[_Connection] = []
        self._free = asyncio.Semaphore(MAX_CONNECTIONS)

    async def get(self, key: str) -> bytes | None:
        return (await self._read(f"get {key}")).value

    async def set(self, key: str, value: bytes, seconds: float) -> None:
        if not await self._store(f"set {key} 0 {_expiry(seconds)} {len(value)}", value):
            raise Unavailable("The cache did not store the value.")

    async def add(self, key: str, value: bytes, seconds: float) -> bool:
        return await self._store(f"add {key} 0 {_expiry(seconds)} {len(value)}", value)

    async def swap(self, key: str, old: bytes, new: bytes, seconds: float) -> bool:
        found = await self._read(f"gets {key}")
        if found.value != old:
            return False
        # The last word identifies this state of the value: `cas` replaces no later one.
        unique = found.line.split()[-1].decode()
        return await self._store(f"cas {key} 0 {_expiry(seconds)} {len(new)} {unique}", new)

    async def delete(self, key: str) -> None:
        reply = await self._ask(f"delete {key}")
        _expect(reply, b"DELETED", b"NOT_FOUND")

    async def ping(self) -> None:
        _expect(await self._ask("version"), b"VERSION")

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().writer.close()

    async def _read(self, command: str) -> _Reply:
        reply = await self._ask(command)
        _expect(reply, b"VALUE", b"END")
        return reply

    async def _store(self, command: str, value: bytes) -> bool:
        """Return whether `value` was stored; a value too large for the server is not."""
        return (await self._ask(command, value)).line == b"STORED"

    async def _ask(self, command: str, value: bytes | None = None) -> _Reply:
        block = b"" if value is None else value + LINE_END
        async with self._connection() as (reader, writer):
            writer.write(command.encode() + LINE_END + block)
            await writer.drain()
            line = (await reader.readuntil(LINE_END)).removesuffix(LINE_END)
            if not line.startswith(b"VALUE "):
                return _Reply(line, None)
            found = await reader.readexactly(int(line.split()[3]))
            await reader.readexactly(len(LINE_END + b"END" + LINE_END))
            return _Reply(line, found)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[_Connection]:
        """Lend a connection for one command; raise `Unavailable` for errors and after a timeout."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS), self._free:
                connection = await self._connect()
                try:
                    yield connection
                except BaseException:
                    # An unread reply would be taken for the reply to the next command.
                    connection.writer.transport.abort()
                    raise
                self._idle.append(connection)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            await self.close()  # the other connections to this server are dead too
            raise Unavailable("The cache does not answer.") from error

    async def _connect(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.reader.at_eof():
                return connection
            connection.writer.close()
        return _Connection(*await asyncio.open_connection(self._host, self._port))


def _expect(reply: _Reply, *beginnings: bytes) -> None:
    if not reply.line.startswith(beginnings):
        raise Unavailable(f"The cache answered {reply.line.decode(errors='replace')!r}.")


def _expiry(seconds: float) -> int:
    whole = max(1, math.ceil(seconds))
    return whole if whole <= LONGEST_SECONDS else whole + int(time.time())


def create_cache(settings: CacheSettings) -> Cache:
    return ResilientCache(MemcachedCache(settings.cache_url), settings.cache_ttl_seconds)
