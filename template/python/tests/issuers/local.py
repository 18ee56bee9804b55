"""An OpenID Connect issuer on this machine: real HTTP, real keys, and no people."""

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
MAKERS = {
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "short RSA": lambda: rsa.generate_private_key(65537, 1024),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the algorithm that it signs with."""

    id: str
    algorithm: str
    private: Any

    @classmethod
    def new(cls, key_id: str, algorithm: str = "ES256", kind: str = "P-256") -> Self:
        return cls(key_id, algorithm, MAKERS[kind]())

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as issuers publish it."""
        public = get_default_algorithms()[self.algorithm].to_jwk(
            self.private.public_key(), as_dict=True
        )
        return {**public, "kid": self.id, "alg": self.algorithm, "use": "sig"}


@dataclass(slots=True)
class Answer:
    """What the issuer says at one path."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0

    @property
    def body(self) -> bytes:
        raw = isinstance(self.document, bytes)
        return self.document if raw else json.dumps(self.document).encode()


class LocalIssuer:
    """Answers on a port of its own until it is stopped, and may be started again."""

    def __init__(self) -> None:
        self._server = self._listen(0)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.key = SigningKey.new("first")
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.publish(self.key)

    def publish(self, *keys: SigningKey, **headers: str) -> None:
        """Publish these keys and no others."""
        self.publish_jwks(*(key.jwk for key in keys), **headers)

    def publish_jwks(self, *keys: Any, **headers: str) -> None:
        self.answers["/.well-known/openid-configuration"] = Answer(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": "https://tokens.test/token",
            }
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers["/keys"] = Answer({"keys": list(keys)}, headers=named)

    def rotate(self) -> None:
        """Sign with a new key, and forget the one before it."""
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
        """A token as the chosen kind of issuer makes it; what is changed to None is left out."""
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
            _given(claims),
            key.private,
            key.algorithm,
            headers=_given({"kid": key.id, **(headers or {})}),
        )

    @property
    def times_asked(self) -> int:
        """How often somebody has asked for the keys."""
        return self.asked.count("/keys")

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
                issuer.asked.append(self.path)
                answer = issuer.answers.get(self.path, Answer({}, 404))
                time.sleep(answer.seconds)
                with suppress(ConnectionError):  # whoever asked may have left
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body)

            def log_message(self, *_: Any) -> None: ...

        return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _given(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parts.items() if value is not None}


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, **duration: float) -> None:
        self.now += dt.timedelta(**duration)
