"""Services with `auth: oauth2` and a running issuer, including sign-in with a browser."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from ..browser import PROGRAM, new_browser, new_page
from ..oidc import access_token_claims, is_available
from .cases import CASES, only
from .issued import Believer
from .running import Running, Service

CASE_NAMES = [name for name, case in CASES.items() if case["auth"] == "oauth2"]
WITH_PAGE = [name for name in CASE_NAMES if CASES[name]["auth_provider"] != "firebase"]

pytestmark = pytest.mark.skipif(not is_available(), reason="node or npm is not there")


@pytest.fixture
def account() -> str:
    """Account at the issuer that is new to the service."""
    return f"ana-{secrets.token_hex(4)}"


def said(service: Service, account: str, *roles: str) -> dict[str, Any]:
    return access_token_claims(service.answers["auth_provider"], f"{account}@example.com", *roles)


def me(its: Running, token: str) -> httpx.Response:
    return its.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


def test_token_of_issuer_is_accepted(service: Service, believer: Believer, account: str) -> None:
    its, issuer = believer
    tokens = issuer.sign_in(account, **said(service, account, "admin"))

    known = me(its, tokens["access_token"])

    assert known.status_code == 200, known.text
    assert (known.json()["email"], known.json()["role"]) == (f"{account}@example.com", "admin")
    assert me(its, tokens["access_token"]).json()["id"] == known.json()["id"]
    # An ID token is for the client, not for the API.
    assert me(its, tokens["id_token"]).status_code == 401


def test_token_for_other_audience_returns_401(
    service: Service, believer: Believer, account: str
) -> None:
    its, issuer = believer
    with issuer.with_audience("https://other.example.com"):
        token = issuer.access_token_for(account, **said(service, account, "admin"))

    refused = me(its, token)

    assert refused.status_code == 401
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_key_rotation_accepts_new_and_rejects_old_tokens(
    service: Service, new_believer: Believer, account: str
) -> None:
    its, issuer = new_believer
    old = issuer.access_token_for(account, **said(service, account))
    assert me(its, old).status_code == 200

    issuer.rotate_keys()

    assert me(its, issuer.access_token_for(account, **said(service, account))).status_code == 200
    assert me(its, old).status_code == 401


def test_stopped_issuer_returns_503_only_without_cached_keys(
    service: Service, new_believer: Believer, account: str
) -> None:
    its, issuer = new_believer
    token = issuer.access_token_for(account, **said(service, account))
    issuer.stop()
    away = me(its, token)
    assert away.status_code == 503
    assert away.headers["Content-Type"] == "application/problem+json"

    issuer.start()
    give_up = time.monotonic() + 30
    while me(its, token).status_code == 503 and time.monotonic() < give_up:
        time.sleep(0.2)
    assert me(its, token).status_code == 200

    issuer.stop()
    assert me(its, token).status_code == 200
    assert me(its, "nonsense").status_code == 401
    assert its.client.get("/health/live").status_code == 200
    assert "Traceback" not in its.log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if PROGRAM is None:
        pytest.skip("no Chromium is there")
    with new_browser() as browser:
        yield browser


@pytest.fixture
def complaints() -> list[str]:
    """Console errors of the browser on pages of the service."""
    return []


@pytest.fixture
def page(believer: Believer, browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """Sign-in page in a new browser context; the test fails on console errors."""
    origin = believer[0].base_url

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and message.page and message.page.url.startswith(origin):
            complaints.append(message.text)

    with new_page(browser, origin) as page:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", listen)
        page.goto(f"{origin}/sign-in")
        yield page
    assert complaints == []


def sign_in(page: Page, account: str) -> None:
    """Sign in at the issuer."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("Enter any login").fill(account)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


@only(*WITH_PAGE)
def test_browser_signs_in_and_out(
    service: Service, believer: Believer, page: Page, account: str
) -> None:
    its, issuer = believer
    issuer.set_claims(account, **said(service, account, "admin"))

    sign_in(page, account)

    name = page.locator("#name")
    expect(name).to_have_text(f"{account}@example.com")
    assert page.url == f"{its.base_url}/sign-in", "the code remains in the history"
    page.reload()
    expect(name).to_have_text(f"{account}@example.com")
    page.get_by_role("button", name="Copy the access token").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    token = page.evaluate("navigator.clipboard.readText()")
    assert me(its, token).json()["role"] == "admin"

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.locator("#signed-in")).to_be_hidden()
    assert page.evaluate("sessionStorage.length") == 0
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()


@only(WITH_PAGE[0])
def test_cancelled_sign_in_shows_message(page: Page) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Cancel").click()

    expect(page.get_by_role("alert")).to_have_text("End-User aborted interaction")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def attempt(page: Page, state: str) -> None:
    """Store a pending sign-in in the browser."""
    page.evaluate(
        "attempt => sessionStorage.setItem('sign-in.attempt', JSON.stringify(attempt))",
        {"state": state, "verifier": "v"},
    )


@only(WITH_PAGE[0])
@pytest.mark.parametrize("state", [None, "another"], ids=["no sign-in", "another sign-in"])
@pytest.mark.parametrize("answer", ["code=stolen&state=guessed", "code=stolen"])
def test_callback_without_matching_state_is_rejected(
    believer: Believer, page: Page, answer: str, state: str | None
) -> None:
    if state:
        attempt(page, state)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{believer[0].base_url}/sign-in/callback?{answer}")

    expect(page.get_by_role("alert")).to_contain_text("belongs to no sign-in")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.url == f"{believer[0].base_url}/sign-in"
    assert [url for url in asked if url.startswith(believer[1].url)] == []


@only(WITH_PAGE[0])
def test_error_description_of_issuer_is_shown_as_text(believer: Believer, page: Page) -> None:
    attempt(page, "x")
    description = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    page.goto(
        f"{believer[0].base_url}/sign-in/callback?state=x&error=e&error_description={description}"
    )

    expect(page.get_by_role("alert")).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("img").count() == 0


@only(WITH_PAGE[0])
def test_callback_from_other_issuer_is_rejected(believer: Believer, page: Page) -> None:
    attempt(page, "x")
    page.goto(f"{believer[0].base_url}/sign-in/callback?state=x&code=c&iss=https://elsewhere.test")

    expect(page.get_by_role("alert")).to_contain_text("another issuer")


INLINE = """
const script = document.createElement("script");
script.textContent = "window.isRun = true";
const image = document.createElement("img");
image.setAttribute("onerror", "window.isRun = true");
image.src = "data:image/png,none";
document.body.append(script, image);
"""


@only(WITH_PAGE[0])
def test_inline_script_is_blocked_by_content_security_policy(
    page: Page, complaints: list[str]
) -> None:
    assert page.locator("script:not([src])").count() == 0
    assert complaints == []

    page.evaluate(f"() => {{ {INLINE} return image.decode().catch(() => null) }}")

    assert page.evaluate("window.isRun ?? false") is False
    refused = [complaint for complaint in complaints if "Content Security Policy" in complaint]
    assert len(refused) == 2
    complaints.clear()
