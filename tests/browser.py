"""A real browser, which goes to no other machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

PROGRAM = os.environ.get("ANDAMIO_TEST_BROWSER") or shutil.which("chromium")
OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def new_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Root has no sandbox.
        options = [*OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=options)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def new_page(browser: Browser, origin: str) -> Iterator[Page]:
    """An empty page, which knows nothing of any other; `origin` may use the clipboard."""
    with browser.new_context() as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
        context.route("**/*", _stay_here)
        yield context.new_page()


def _stay_here(route: Route) -> None:
    if urlsplit(route.request.url).hostname == "127.0.0.1":
        route.continue_()
    else:
        route.abort()
