"""Process of the test issuer, and sign-in by the authorization code flow as a browser does it."""

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

FOLDER = Path(__file__).parent
SECONDS_TO_START = 60
MAX_STEPS = 10
SCOPE = "openid profile email"
FORM_PATTERN = re.compile(r'<form[^>]* action="([^"]+)" method="post"[^>]*>(.*?)</form>', re.DOTALL)
CLIENT_ID = "the-page"
HIDDEN_FIELD_PATTERN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def is_available() -> bool:
    """Return True if node and npm are installed."""
    return bool(shutil.which("node") and shutil.which("npm"))


def install() -> None:
    """Install the npm packages of the issuer once for all workers."""
    with (FOLDER / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "node_modules/oidc-provider").exists():
            run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", cwd=FOLDER)


@dataclass(slots=True)
class Issuer:
    """Issuer with its keys and accounts in a folder, and one client: the web page at `origin`."""

    folder: Path
    port: int
    origin: str
    audience: str = AUDIENCE
    client_id: str = CLIENT_ID
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def running_in(cls, folder: Path) -> Self:
        """Return the issuer that another process started in a folder."""
        settings = json.loads((folder / "issuer.json").read_text(encoding="utf-8"))
        return cls(folder, **settings)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def callback(self) -> str:
        """Redirect URI of the client."""
        return f"{self.origin}/sign-in/callback"

    def start(self) -> None:
        """Start with the existing keys, if any, and wait until the issuer answers."""
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
                ["node", FOLDER / "server.mjs", self.folder],
                env=ENVIRONMENT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._is_running():
            log_text = log.read_text(encoding="utf-8")
            assert self.process.poll() is None, log_text
            assert time.monotonic() < deadline, log_text
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def with_audience(self, audience: str) -> Iterator[None]:
        """Issue tokens for another audience within the context."""
        previous = self.audience
        try:
            self._restart_with_audience(audience)
            yield
        finally:
            self._restart_with_audience(previous)

    def _restart_with_audience(self, audience: str) -> None:
        self.stop()
        self.audience = audience
        self.start()

    def rotate_keys(self) -> None:
        """Restart with new keys; the old keys are deleted."""
        self.stop()
        (self.folder / "keys.json").unlink()
        self.start()

    @property
    def keys(self) -> list[dict[str, Any]]:
        """Private signing keys as JSON Web Keys."""
        keys: list[dict[str, Any]] = json.loads((self.folder / "keys.json").read_text("utf-8"))[
            "keys"
        ]
        return keys

    def request_count(self, path: str) -> int:
        """Return the number of GET requests for a path."""
        return (self.folder / "issuer.log").read_text("utf-8").splitlines().count(f"GET {path}")

    def set_claims(self, account: str, **claims: Any) -> None:
        """Set the claims of all later access tokens of an account."""
        path = self.folder / "accounts.json"
        accounts = json.loads(path.read_text(encoding="utf-8")) | {account: claims}
        path.write_text(json.dumps(accounts), encoding="utf-8")

    def access_token_for(self, account: str, **claims: Any) -> str:
        """Sign in to an account and return an access token with the claims."""
        return str(self.sign_in(account, **claims)["access_token"])

    def sign_in(self, account: str, **claims: Any) -> dict[str, Any]:
        """Sign in to an account and return the token response."""
        self.set_claims(account, **claims)
        verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        common = {"client_id": self.client_id, "redirect_uri": self.callback}
        parameters = {
            **common,
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        with httpx.Client() as browser:
            metadata = browser.get(f"{self.url}/.well-known/openid-configuration").json()
            redirect = self._complete_sign_in(
                browser,
                browser.build_request("GET", metadata["authorization_endpoint"], params=parameters),
                account,
            )
            assert redirect["state"] == state, redirect
            token_request = {
                **common,
                "grant_type": "authorization_code",
                "code": redirect["code"],
                "code_verifier": verifier,
            }
            response = browser.post(metadata["token_endpoint"], data=token_request)
        assert response.status_code == 200, response.text
        tokens: dict[str, Any] = response.json()
        return tokens

    def _complete_sign_in(
        self, browser: httpx.Client, request: httpx.Request, account: str
    ) -> dict[str, str]:
        """Follow redirects and submit forms until the redirect to the client; return its query."""
        for _ in range(MAX_STEPS):
            response = browser.send(request)
            if response.is_redirect:
                target = urljoin(str(response.url), response.headers["Location"])
                if target.startswith(self.callback):
                    return {
                        name: values[0] for name, values in parse_qs(urlsplit(target).query).items()
                    }
                request = browser.build_request("GET", target)
            else:
                form = FORM_PATTERN.search(response.text)
                assert response.status_code == 200, response.text
                assert form, response.text
                filled = dict(HIDDEN_FIELD_PATTERN.findall(form[2])) | {
                    "login": account,
                    "password": "any",
                }
                request = browser.build_request("POST", unescape(form[1]), data=filled)
        raise AssertionError(f"{MAX_STEPS} steps without a redirect to the client")

    def _is_running(self) -> bool:
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
    """Run an issuer on `port` whose client is the web page at `origin`."""
    install()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "accounts.json").write_text("{}", encoding="utf-8")
    issuer = Issuer(folder, port, origin)
    try:
        issuer.start()
        yield issuer
    finally:
        issuer.stop()
