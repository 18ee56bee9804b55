"""Local OpenID Connect issuer with real HTTP and real keys."""

import datetime as dt
import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from tests.issuers import issued

AUDIENCE = "https://api.test"
CLIENT_ID = "the-page"
KEY_GENERATORS = {
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "short RSA": lambda: rsa.generate_private_key(65537, 1024),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Private key and its algorithm."""

    id: str
    algorithm: str
    private: Any

    @classmethod
    def new(cls, key_id: str, algorithm: str = "ES256", kind: str = "P-256") -> Self:
        return cls(key_id, algorithm, KEY_GENERATORS[kind]())

    @property
    def jwk(self) -> dict[str, Any]:
        """Return the public key as issuers publish it."""
        public = get_default_algorithms()[self.algorithm].to_jwk(
            self.private.public_key(), as_dict=True
        )
        return {**public, "kid": self.id, "alg": self.algorithm, "use": "sig"}


@dataclass(slots=True)
class PreparedResponse:
    """Response of the issuer at one path."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0

    @property
    def body(self) -> bytes:
        raw = isinstance(self.document, bytes)
        return self.document if raw else json.dumps(self.document).encode()


class LocalIssuer:
    """Issuer on a port of its own, which can be stopped and started again."""

    def __init__(self) -> None:
        self._server = self._listen(0)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.key = SigningKey.new("first")
        self.responses: dict[str, PreparedResponse] = {}
        self.requests: list[str] = []
        self.publish(self.key)

    def publish(self, *keys: SigningKey, **headers: str) -> None:
        """Publish these keys only."""
        self.publish_jwks(*(key.jwk for key in keys), **headers)

    def publish_jwks(self, *keys: Any, **headers: str) -> None:
        self.responses["/.well-known/openid-configuration"] = PreparedResponse(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": "https://tokens.test/token",
            }
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.responses["/keys"] = PreparedResponse({"keys": list(keys)}, headers=named)

    def rotate(self) -> None:
        """Replace the signing key."""
        self.key = SigningKey.new(f"after {self.key.id}")
        self.publish(self.key)

    def token(
        self,
        subject: str = "ana",
        roles: list[str] | None = None,
        *,
        key: SigningKey | None = None,
        headers: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """Return a token of the chosen kind of issuer, without claims and headers set to None."""
        key = key or self.key
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + 300,
            **issued.claims(AUDIENCE, f"{subject}@example.com", roles),
            **changes,
        }
        return jwt.encode(
            _without_none(claims),
            key.private,
            key.algorithm,
            headers=_without_none({"kid": key.id, **(headers or {})}),
        )

    @property
    def fetches(self) -> int:
        """Return the number of requests for the keys."""
        return self.requests.count("/keys")

    def start(self) -> None:
        self._server = self._listen(self._server.server_port)
        self._serve()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        self._serve()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        threading.Thread(
            target=self._server.serve_forever, args=(0.01,), name="issuer", daemon=True
        ).start()

    def _listen(self, port: int) -> ThreadingHTTPServer:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests.append(self.path)
                response = issuer.responses.get(self.path, PreparedResponse({}, 404))
                time.sleep(response.seconds)
                with suppress(ConnectionError):  # the client may have disconnected
                    self.send_response(response.status)
                    for name, value in response.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(response.body)

            def log_message(self, *_: Any) -> None: ...

        return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _without_none(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value is not None}


class MovableClock:
    """Clock that tests move."""

    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += dt.timedelta(**duration)
