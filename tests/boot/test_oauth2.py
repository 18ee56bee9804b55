"""A service that believes an issuer: a real one, which people reach with a real browser."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from ..browser import PROGRAM, browser_page
from ..oidc import Issuer, is_available, said_by
from .cases import CASES, only
from .issued import believing
from .running import Running, Service

CASE_NAMES = [name for name, case in CASES.items() if case["auth"] == "oauth2"]
WITH_PAGE = [name for name in CASE_NAMES if CASES[name]["auth_provider"] != "firebase"]

pytestmark = pytest.mark.skipif(not is_available(), reason="node or npm is not there")


@pytest.fixture
def its(service: Service, tmp_path: Path) -> Iterator[tuple[Running, Issuer]]:
    """The service, and the issuer that it believes."""
    service.app("migrate")
    with believing(service, tmp_path / "issuer", APP_RATE_LIMIT="1000000/second") as both:
        yield both


@pytest.fixture
def account() -> str:
    """Somebody at the issuer whom the service has not met, nor anybody else with their email."""
    return f"ana-{secrets.token_hex(4)}"


def said(service: Service, account: str, *roles: str) -> dict[str, Any]:
    return said_by(service.answers["auth_provider"], f"{account}@example.com", *roles)


def me(its: Running, token: str) -> httpx.Response:
    return its.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


def test_people_come_with_tokens_of_the_issuer(
    service: Service, its: tuple[Running, Issuer], account: str
) -> None:
    running_, issuer = its
    tokens = issuer.tokens_for(account, **said(service, account, "admin"))

    known = me(running_, tokens["access_token"])

    assert known.status_code == 200, known.text
    assert (known.json()["email"], known.json()["role"]) == (f"{account}@example.com", "admin")
    assert me(running_, tokens["access_token"]).json()["id"] == known.json()["id"]
    # An ID token is for the page that asked for it.
    assert me(running_, tokens["id_token"]).status_code == 401


def test_tokens_for_somebody_else_are_refused(
    service: Service, its: tuple[Running, Issuer], account: str
) -> None:
    running_, issuer = its
    issuer.stop()
    issuer.audience = "https://other.example.com"
    issuer.start()

    refused = me(running_, issuer.token_for(account, **said(service, account, "admin")))

    assert refused.status_code == 401
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_keys_rotate(service: Service, its: tuple[Running, Issuer], account: str) -> None:
    running_, issuer = its
    old = issuer.token_for(account, **said(service, account))
    assert me(running_, old).status_code == 200

    issuer.rotate_keys()

    assert me(running_, issuer.token_for(account, **said(service, account))).status_code == 200
    assert me(running_, old).status_code == 401


def test_an_issuer_that_is_away_stops_nobody_who_is_known(
    service: Service, its: tuple[Running, Issuer], account: str
) -> None:
    running_, issuer = its
    token = issuer.token_for(account, **said(service, account))
    issuer.stop()
    away = me(running_, token)
    assert away.status_code == 503
    assert away.headers["Content-Type"] == "application/problem+json"

    issuer.start()
    give_up = time.monotonic() + 30
    while me(running_, token).status_code == 503 and time.monotonic() < give_up:
        time.sleep(0.2)
    assert me(running_, token).status_code == 200

    issuer.stop()
    assert me(running_, token).status_code == 200
    assert me(running_, "nonsense").status_code == 401
    assert running_.client.get("/health/live").status_code == 200
    assert "Traceback" not in running_.log.read_text(encoding="utf-8")


@pytest.fixture
def page(its: tuple[Running, Issuer]) -> Iterator[Page]:
    """A browser on the sign-in page; whatever it complains of in its console is an error."""
    if PROGRAM is None:
        pytest.skip("no Chromium is there")
    origin = its[0].base_url
    complaints: list[str] = []
    with browser_page(origin) as page:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and message.page and message.page.url.startswith(origin)
                else None
            ),
        )
        page.goto(f"{origin}/sign-in")
        yield page
    assert complaints == []


def sign_in(page: Page, account: str) -> None:
    """Do what a person does at the issuer."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("Enter any login").fill(account)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


@only(*WITH_PAGE)
def test_people_sign_in_and_out_with_a_browser(
    service: Service, its: tuple[Running, Issuer], page: Page, account: str
) -> None:
    running_, issuer = its
    issuer.know(account, **said(service, account, "admin"))

    sign_in(page, account)

    name = page.locator("#name")
    expect(name).to_have_text(f"{account}@example.com")
    assert page.url == f"{running_.base_url}/sign-in", "the code is left in the history"
    page.reload()
    expect(name).to_have_text(f"{account}@example.com")
    page.get_by_role("button", name="Copy the access token").click()
    expect(page.get_by_role("status")).to_contain_text("Copied")
    token = page.evaluate("navigator.clipboard.readText()")
    assert me(running_, token).json()["role"] == "admin"

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.locator("#signed-in")).to_be_hidden()
    assert page.evaluate("sessionStorage.length") == 0
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()


@only(WITH_PAGE[0])
def test_who_changes_their_mind_is_told_so(page: Page) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Cancel").click()

    expect(page.get_by_role("alert")).to_have_text("End-User aborted interaction")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def attempt(page: Page, state: str) -> None:
    """Be in the middle of a sign-in."""
    page.evaluate(
        "attempt => sessionStorage.setItem('sign-in.attempt', JSON.stringify(attempt))",
        {"state": state, "verifier": "v"},
    )


@only(WITH_PAGE[0])
@pytest.mark.parametrize("state", [None, "another"], ids=["no sign-in", "another sign-in"])
@pytest.mark.parametrize("answer", ["code=stolen&state=guessed", "code=stolen"])
def test_an_answer_that_nobody_asked_for_is_refused(
    its: tuple[Running, Issuer], page: Page, answer: str, state: str | None
) -> None:
    if state:
        attempt(page, state)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{its[0].base_url}/sign-in/callback?{answer}")

    expect(page.get_by_role("alert")).to_contain_text("belongs to no sign-in")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.url == f"{its[0].base_url}/sign-in"
    assert [url for url in asked if url.startswith(its[1].url)] == []


@only(WITH_PAGE[0])
def test_what_the_issuer_says_is_text(its: tuple[Running, Issuer], page: Page) -> None:
    attempt(page, "x")
    description = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    page.goto(f"{its[0].base_url}/sign-in/callback?state=x&error=e&error_description={description}")

    expect(page.get_by_role("alert")).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("img").count() == 0


@only(WITH_PAGE[0])
def test_an_answer_of_another_issuer_is_refused(its: tuple[Running, Issuer], page: Page) -> None:
    attempt(page, "x")
    page.goto(f"{its[0].base_url}/sign-in/callback?state=x&code=c&iss=https://elsewhere.test")

    expect(page.get_by_role("alert")).to_contain_text("another issuer")
