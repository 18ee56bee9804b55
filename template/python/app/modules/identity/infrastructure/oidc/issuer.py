"""An OpenID Connect issuer: what it says of itself, and the keys that it signs with."""

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
# Where browsers go; the rest of what the issuer says of itself is of no use here.
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "end_session_endpoint")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TIMEOUT_SECONDS = 5.0
MAX_BYTES = 256 * 1024

# How long keys are believed before they are asked for again: what the issuer says, within reason.
DEFAULT_AGE = dt.timedelta(minutes=10)
MIN_AGE = dt.timedelta(minutes=1)
MAX_AGE = dt.timedelta(hours=1)
# How long they are believed while the issuer does not answer.
MAX_OUTAGE = dt.timedelta(hours=24)
# How often unknown keys may make the service ask again: whoever likes can invent their names.
PAUSE = dt.timedelta(seconds=30)
PAUSE_WITHOUT_KEYS = dt.timedelta(seconds=2)

# Keys verify with these algorithms; that of a shared secret is not among them.
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
    """Whether nobody on the way can read or change what `url` answers."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that the issuer signs with."""

    id: str | None
    algorithms: frozenset[str]
    public: Any


@dataclass(frozen=True, slots=True)
class Published:
    """What the issuer said when it was last asked."""

    metadata: Mapping[str, Any]
    keys: tuple[Key, ...]
    at: dt.datetime
    lifetime: dt.timedelta

    def key(self, key_id: str | None, algorithm: str) -> Key | None:
        """The key of that name; a token may leave the name out where only one key fits."""
        fitting = [key for key in self.keys if algorithm in key.algorithms]
        if key_id is not None:
            return next((key for key in fitting if key.id == key_id), None)
        return fitting[0] if len(fitting) == 1 else None


class Issuer:
    """Asks the issuer as seldom as possible, and remembers what it said while it is away."""

    def __init__(self, url: str, *, clock: Clock, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._client = httpx.AsyncClient(
            timeout=timeout_seconds,
            follow_redirects=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )
        self._published: Published | None = None
        self._failure: Exception | None = None
        self._asking: asyncio.Task[None] | None = None
        self._not_before = clock()

    async def metadata(self) -> Mapping[str, Any]:
        """What the issuer says of itself; `Unavailable` if it has not said anything yet."""
        return (await self._known()).metadata

    async def key(self, key_id: str | None, algorithm: str) -> Key:
        """The key that a token names.

        `NotAuthenticated` if the issuer has none like it, `Unavailable` if it cannot be asked.
        """
        known = await self._known()
        found = known.key(key_id, algorithm)
        if found is None:
            # It may have changed its keys.
            await self._ask_again()
            known = await self._known()
            found = known.key(key_id, algorithm)
        if found is None and self._failure:
            raise Unavailable("The identity provider does not answer.") from self._failure
        if found is None:
            raise NotAuthenticated("The access token is signed with an unknown key.")
        return found

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])
        await self._client.aclose()

    async def _known(self) -> Published:
        now = self._clock()
        known = self._published
        if known is None or now >= known.at + MAX_OUTAGE:
            await self._ask_again()
            known = self._published
            if known is None or now >= known.at + MAX_OUTAGE:
                raise Unavailable("The identity provider does not answer.") from self._failure
        elif now >= known.at + known.lifetime and now >= self._not_before:
            # Nobody waits: what is known now is good for this request.
            self._start_asking()
        return known

    async def _ask_again(self) -> None:
        """Wait for what the issuer says now, unless it was asked a moment ago."""
        if self._asking is not None or self._clock() >= self._not_before:
            # A request that gives up does not take the answer from the others.
            await asyncio.shield(self._start_asking())

    def _start_asking(self) -> asyncio.Task[None]:
        if self._asking is None:
            # In no context: this belongs to no request.
            self._asking = asyncio.create_task(self._ask(), context=Context())
        return self._asking

    async def _ask(self) -> None:
        is_first = self._published is None
        pause = PAUSE
        try:
            async with asyncio.timeout(self._timeout_seconds):
                self._published = await self._fetch()
            self._failure = None
            pause = dt.timedelta() if is_first else PAUSE
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            log.warning("issuer unavailable", issuer=self.url, reason=repr(error))
            self._failure = error
            pause = PAUSE_WITHOUT_KEYS if is_first else PAUSE
        finally:
            self._not_before = self._clock() + pause
            self._asking = None

    async def _fetch(self) -> Published:
        metadata, _ = await self._get(f"{self.url.rstrip('/')}{DISCOVERY}")
        if metadata.get("issuer") != self.url:
            raise ValueError(f"it calls itself {metadata.get('issuer')!r}")
        for name in ("jwks_uri", *ENDPOINTS):
            if name in metadata and not self._may_lead_to(metadata[name]):
                raise ValueError(f"its {name} is {metadata[name]!r}")
        document, lifetime = await self._get(str(metadata.get("jwks_uri")))
        return Published(metadata, _keys(document), self._clock(), lifetime)

    def _may_lead_to(self, url: object) -> bool:
        """Whether `url` is a place to go to, and no less secure than the issuer itself."""
        schemes = ("https://",) if self.url.startswith("https://") else ("https://", "http://")
        return isinstance(url, str) and url.startswith(schemes)

    async def _get(self, url: str) -> tuple[dict[str, Any], dt.timedelta]:
        """A JSON object, and for how long it is good."""
        content = bytearray()
        async with self._client.stream("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"{url} answers {response.status_code}")
            async for chunk in response.aiter_raw():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise ValueError(f"{url} answers more than {MAX_BYTES} bytes")
        try:
            document = json.loads(content)
        except RecursionError as error:
            raise ValueError(f"{url} answers with a nest of JSON") from error
        if not isinstance(document, dict):
            raise ValueError(f"{url} answers with no object")
        return document, _lifetime(response.headers.get("Cache-Control", ""))


def _lifetime(directives: str) -> dt.timedelta:
    given = re.search(r"\bmax-age=(\d{1,9})\b", directives)
    age = dt.timedelta(seconds=int(given[1])) if given else DEFAULT_AGE
    return min(max(age, MIN_AGE), MAX_AGE)


def _keys(document: Mapping[str, Any]) -> tuple[Key, ...]:
    listed = document.get("keys")
    keys = tuple(filter(None, map(_key, listed if isinstance(listed, list) else [])))
    if not keys:
        raise ValueError("it has no key that could sign a token")
    return keys


def _key(jwk: Any) -> Key | None:
    """A key of a JSON Web Key Set (RFC 7517), or None if tokens are not signed with it."""
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
    return Key(jwk.get("kid"), algorithms, public)
