"""Starts and stops the issuer, and signs people in there as a browser would."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from ..support import ENVIRONMENT, run
from .claims import AUDIENCE

HERE = Path(__file__).parent
SECONDS_TO_START = 60
MOST_STEPS = 10
SCOPE = "openid profile email"
FORM = re.compile(r'<form[^>]* action="([^"]+)" method="post"[^>]*>(.*?)</form>', re.DOTALL)
CLIENT_ID = "the-page"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def is_available() -> bool:
    """Whether the programs are there that it takes."""
    return bool(shutil.which("node") and shutil.which("npm"))


def install() -> None:
    """Have npm install what the issuer is made of, once for all workers."""
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (HERE / "node_modules/oidc-provider").exists():
            run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", cwd=HERE)


@dataclass(slots=True)
class Issuer:
    """An issuer with a folder for its keys and accounts, and one client: the page of `origin`."""

    folder: Path
    port: int
    origin: str
    audience: str = AUDIENCE
    client_id: str = CLIENT_ID
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Return the issuer that runs in a folder, which somebody else has started."""
        settings = json.loads((folder / "issuer.json").read_text(encoding="utf-8"))
        return cls(folder, **settings)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def callback(self) -> str:
        """Where browsers are sent to once somebody has signed in."""
        return f"{self.origin}/sign-in/callback"

    def start(self) -> None:
        """Start, with the keys of before if there were any, and wait until it answers."""
        settings = {
            "port": self.port,
            "origin": self.origin,
            "audience": self.audience,
            "client_id": self.client_id,
        }
        (self.folder / "issuer.json").write_text(json.dumps(settings), encoding="utf-8")
        log = self.folder / "issuer.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                ["node", HERE / "server.mjs", self.folder],
                env=ENVIRONMENT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            told = log.read_text(encoding="utf-8")
            assert self.process.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop at once; nobody answers on its port any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def issuing_for(self, audience: str) -> Iterator[None]:
        """Issue tokens for somebody else meanwhile."""
        usual = self.audience
        try:
            self._restart_for(audience)
            yield
        finally:
            self._restart_for(usual)

    def _restart_for(self, audience: str) -> None:
        self.stop()
        self.audience = audience
        self.start()

    def rotate_keys(self) -> None:
        """Start anew with other keys; the old ones are forgotten."""
        self.stop()
        (self.folder / "keys.json").unlink()
        self.start()

    @property
    def keys(self) -> list[dict[str, Any]]:
        """What it signs with, as private JSON Web Keys."""
        keys: list[dict[str, Any]] = json.loads((self.folder / "keys.json").read_text("utf-8"))[
            "keys"
        ]
        return keys

    def times_asked(self, path: str) -> int:
        """Return how often somebody has asked for a path of it."""
        return (self.folder / "issuer.log").read_text("utf-8").splitlines().count(f"GET {path}")

    def know(self, account: str, **claims: Any) -> None:
        """Say these things in the access tokens that `account` gets from now on."""
        path = self.folder / "accounts.json"
        accounts = json.loads(path.read_text(encoding="utf-8")) | {account: claims}
        path.write_text(json.dumps(accounts), encoding="utf-8")

    def token_for(self, account: str, **claims: Any) -> str:
        """Sign `account` in; returns an access token, which says the claims besides."""
        return str(self.tokens_for(account, **claims)["access_token"])

    def tokens_for(self, account: str, **claims: Any) -> dict[str, Any]:
        """Sign `account` in; returns all that the issuer gives."""
        self.know(account, **claims)
        verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        common = {"client_id": self.client_id, "redirect_uri": self.callback}
        asked = {
            **common,
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        with httpx.Client() as browser:
            known = browser.get(f"{self.url}/.well-known/openid-configuration").json()
            answer = self._walk(
                browser,
                browser.build_request("GET", known["authorization_endpoint"], params=asked),
                account,
            )
            assert answer["state"] == state, answer
            given = {
                **common,
                "grant_type": "authorization_code",
                "code": answer["code"],
                "code_verifier": verifier,
            }
            response = browser.post(known["token_endpoint"], data=given)
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens

    def _walk(self, browser: httpx.Client, request: httpx.Request, account: str) -> dict[str, str]:
        """Go where the issuer leads and fill in its forms, until it leads back to the page."""
        for _ in range(MOST_STEPS):
            response = browser.send(request)
            if response.is_redirect:
                target = urljoin(str(response.url), response.headers["Location"])
                if target.startswith(self.callback):
                    return {
                        name: values[0] for name, values in parse_qs(urlsplit(target).query).items()
                    }
                request = browser.build_request("GET", target)
            else:
                form = FORM.search(response.text)
                assert response.status_code == 200, response.text
                assert form, response.text
                filled = dict(HIDDEN.findall(form[2])) | {"login": account, "password": "any"}
                request = browser.build_request("POST", unescape(form[1]), data=filled)
        raise AssertionError(f"{MOST_STEPS} steps led nowhere")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/.well-known/openid-configuration").is_success
        except httpx.TransportError:
            return False


@contextmanager
def oidc_server(
    folder: Path,
    port: int,
    origin: str,
) -> Iterator[Issuer]:
    """An issuer that answers on `port`, for people who use a browser on the pages of `origin`."""
    install()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "accounts.json").write_text("{}", encoding="utf-8")
    issuer = Issuer(folder, port, origin)
    try:
        issuer.start()
        yield issuer
    finally:
        issuer.stop()
