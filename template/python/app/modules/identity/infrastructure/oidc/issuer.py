"""OpenID Connect issuer: its discovery document and its signing keys."""

import asyncio
import datetime as dt
import json
import re
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app.kernel.errors import NotAuthenticated, Unavailable
from app.kernel.ports import Clock

DISCOVERY = "/.well-known/openid-configuration"
# Endpoints that browsers use.
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "end_session_endpoint")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TIMEOUT_SECONDS = 5.0
MAX_BYTES = 256 * 1024

# Age at which keys are fetched again: the issuer's `max-age`, within these limits.
DEFAULT_AGE = dt.timedelta(minutes=10)
MIN_AGE = dt.timedelta(minutes=1)
MAX_AGE = dt.timedelta(hours=1)
# Age up to which keys are used during an outage of the issuer.
MAX_OUTAGE = dt.timedelta(hours=24)
# Pause between fetches that unknown keys cause: attackers can invent key identifiers.
PAUSE = dt.timedelta(seconds=30)
PAUSE_WITHOUT_KEYS = dt.timedelta(seconds=2)

# Algorithms of each key type and curve; none of them works with a shared secret.
RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
ALGORITHMS_OF = {
    ("RSA", ""): RSA,
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
}
ALGORITHMS: frozenset[str] = frozenset().union(*ALGORITHMS_OF.values())
PUBLIC_MEMBERS = ("kty", "crv", "n", "e", "x", "y")
MIN_RSA_BITS = 2048

log = structlog.get_logger()


def is_secure(url: str) -> bool:
    """Return whether responses of `url` are protected from the network."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Public key that verifies signatures of the issuer."""

    id: str | None
    algorithms: frozenset[str]
    public: Any


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Discovery document and keys of the issuer at one point in time."""

    metadata: Mapping[str, Any]
    keys: tuple[PublicKey, ...]
    at: dt.datetime
    lifetime: dt.timedelta

    def key(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        """Return the key of a token, which may omit the identifier if only one key fits."""
        suitable = [key for key in self.keys if algorithm in key.algorithms]
        if key_id is not None:
            return next((key for key in suitable if key.id == key_id), None)
        return suitable[0] if len(suitable) == 1 else None


class Issuer:
    """Client of the issuer that stores its metadata and keys, also during outages."""

    def __init__(self, url: str, *, clock: Clock, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._client = httpx.AsyncClient(
            timeout=timeout_seconds,
            follow_redirects=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )
        self._snapshot: Snapshot | None = None
        self._failure: Exception | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._not_before = clock()

    async def metadata(self) -> Mapping[str, Any]:
        """Return the discovery document; raise `Unavailable` if it was never fetched."""
        return (await self._current()).metadata

    async def key(self, key_id: str | None, algorithm: str) -> PublicKey:
        """Return the key of a token.

        Raise `NotAuthenticated` if the issuer has no such key, and `Unavailable` if the keys
        cannot be fetched.
        """
        current = await self._current()
        found = current.key(key_id, algorithm)
        if found is None:
            # The issuer may have rotated its keys.
            await self._fetch_again()
            current = await self._current()
            found = current.key(key_id, algorithm)
        if found is None and self._failure:
            raise Unavailable("The identity provider does not respond.") from self._failure
        if found is None:
            raise NotAuthenticated("The access token is signed with an unknown key.")
        return found

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])
        await self._client.aclose()

    async def _current(self) -> Snapshot:
        now = self._clock()
        current = self._snapshot
        if current is None or now >= current.at + MAX_OUTAGE:
            await self._fetch_again()
            current = self._snapshot
            if current is None or now >= current.at + MAX_OUTAGE:
                raise Unavailable("The identity provider does not respond.") from self._failure
        elif now >= current.at + current.lifetime and now >= self._not_before:
            # Refreshed in the background: this request uses the known keys.
            self._start_fetching()
        return current

    async def _fetch_again(self) -> None:
        """Wait for a new fetch, unless the last one was too recent."""
        if self._fetching is not None or self._clock() >= self._not_before:
            # The cancellation of one request does not cancel the fetch for others.
            await asyncio.shield(self._start_fetching())

    def _start_fetching(self) -> asyncio.Task[None]:
        if self._fetching is None:
            # An empty context keeps data of this request out of the logs of the fetch.
            self._fetching = asyncio.create_task(self._refresh(), context=Context())
        return self._fetching

    async def _refresh(self) -> None:
        is_first = self._snapshot is None
        pause = PAUSE
        try:
            async with asyncio.timeout(self._timeout_seconds):
                self._snapshot = await self._fetch()
            self._failure = None
            pause = dt.timedelta() if is_first else PAUSE
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            log.warning("issuer unavailable", issuer=self.url, reason=repr(error))
            self._failure = error
            pause = PAUSE_WITHOUT_KEYS if is_first else PAUSE
        finally:
            self._not_before = self._clock() + pause
            self._fetching = None

    async def _fetch(self) -> Snapshot:
        metadata, _ = await self._get(f"{self.url.rstrip('/')}{DISCOVERY}")
        if metadata.get("issuer") != self.url:
            raise ValueError(f"its issuer is {metadata.get('issuer')!r}")
        for name in ("jwks_uri", *ENDPOINTS):
            if name in metadata and not self._is_acceptable(metadata[name]):
                raise ValueError(f"its {name} is {metadata[name]!r}")
        document, lifetime = await self._get(str(metadata.get("jwks_uri")))
        return Snapshot(metadata, _keys(document), self._clock(), lifetime)

    def _is_acceptable(self, url: object) -> bool:
        """Return whether `url` is an HTTP URL, over HTTPS if the issuer is."""
        schemes = ("https://",) if self.url.startswith("https://") else ("https://", "http://")
        return isinstance(url, str) and url.startswith(schemes)

    async def _get(self, url: str) -> tuple[dict[str, Any], dt.timedelta]:
        """Return a JSON object and its lifetime."""
        content = bytearray()
        async with self._client.stream("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"{url} returns {response.status_code}")
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise ValueError(f"{url} returns more than {MAX_BYTES} bytes")
        try:
            document = json.loads(content)
        except RecursionError as error:
            raise ValueError(f"{url} returns JSON that is nested too deeply") from error
        if not isinstance(document, dict):
            raise ValueError(f"{url} returns no JSON object")
        return document, _lifetime(response.headers.get("Cache-Control", ""))


def _lifetime(directives: str) -> dt.timedelta:
    given = re.search(r"\bmax-age=(\d{1,9})\b", directives)
    age = dt.timedelta(seconds=int(given[1])) if given else DEFAULT_AGE
    return min(max(age, MIN_AGE), MAX_AGE)


def _keys(document: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    listed = document.get("keys")
    keys = tuple(filter(None, map(_key, listed if isinstance(listed, list) else [])))
    if not keys:
        raise ValueError("it has no key that can verify a token")
    return keys


def _key(jwk: Any) -> PublicKey | None:
    """Return a key of a JSON Web Key Set (RFC 7517), or None if it cannot verify tokens."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    algorithms = ALGORITHMS_OF.get((str(jwk.get("kty")), str(jwk.get("crv", ""))), frozenset())
    if "alg" in jwk:
        algorithms &= {str(jwk["alg"])}
    if not algorithms:
        return None
    members = {name: str(jwk[name]) for name in PUBLIC_MEMBERS if name in jwk}
    try:
        public = jwt.PyJWK(members, min(algorithms)).key
    except jwt.PyJWTError:
        return None
    if isinstance(public, RSAPublicKey) and public.key_size < MIN_RSA_BITS:
        return None
    return PublicKey(jwk.get("kid"), algorithms, public)
