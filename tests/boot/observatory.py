"""Score of the headers of one response by the published rules of Mozilla's HTTP Observatory.

https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring, as far as they apply
to one response: redirections are up to the proxy that terminates HTTPS, which is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx

BASELINE = 100
# Bonuses count only from this score on.
ENOUGH_FOR_BONUSES = 90
HALF_A_YEAR = 15_768_000
PRIVATE_REFERRERS = {
    "no-referrer",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
}
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
SOURCE = re.compile(r"""\bsrc=["']([^"']*)""", re.IGNORECASE)


def policy_of(response: httpx.Response) -> dict[str, set[str]]:
    """Return the directives of the Content-Security-Policy with their sources."""
    text = response.headers.get("Content-Security-Policy", "")
    directives = [directive.split() for directive in text.lower().split(";") if directive.strip()]
    return {name: set(sources) for name, *sources in directives}


def content_security_policy(response: httpx.Response) -> int:
    policy = policy_of(response)
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    scripts, styles = (policy.get(name, default) for name in ("script-src", "style-src"))
    objects = policy.get("object-src", default)
    sources = set().union(*policy.values())
    if any(source.startswith("http:") for source in sources):
        return -20
    too_broad = {"*", "https:", "data:"}
    if {"'unsafe-inline'", *too_broad} & scripts or too_broad & objects:
        return -20
    if "'unsafe-eval'" in sources:
        return -10
    if {"'unsafe-inline'", *too_broad} & styles:
        return 0
    is_strict = default == {"'none'"} and policy.get("form-action", set()) <= {"'none'", "'self'"}
    return 10 if is_strict and "form-action" in policy else 5


def cookies(response: httpx.Response) -> int:
    worst = 5 if "Set-Cookie" in response.headers else 0
    for cookie in response.headers.get_list("Set-Cookie"):
        flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
        if "secure" not in flags:
            worst = min(worst, -40)
        elif "httponly" not in flags:
            worst = min(worst, -30)
        elif not {"samesite=strict", "samesite=lax"} & flags:
            worst = min(worst, 0)
    return worst


def cross_origin_resource_sharing(response: httpx.Response) -> int:
    allowed = response.headers.get("Access-Control-Allow-Origin")
    with_credentials = response.headers.get("Access-Control-Allow-Credentials") == "true"
    asked_from = response.request.headers.get("Origin")
    return -50 if allowed and with_credentials and allowed in {"*", asked_from} else 0


def cross_origin_resource_policy(response: httpx.Response) -> int:
    given = response.headers.get("Cross-Origin-Resource-Policy", "cross-origin")
    return {"same-origin": 10, "same-site": 10, "cross-origin": 0}.get(given, -5)


def referrer_policy(response: httpx.Response) -> int:
    given = response.headers.get("Referrer-Policy")
    if given is None:
        return 0
    return 5 if given in PRIVATE_REFERRERS else -5


def strict_transport_security(response: httpx.Response) -> int:
    given = re.search(r"max-age=(\d+)", response.headers.get("Strict-Transport-Security", ""))
    if given is None:
        return -20
    return 0 if int(given[1]) >= HALF_A_YEAR else -10


def subresource_integrity(response: httpx.Response) -> int:
    if not response.headers["Content-Type"].startswith("text/html"):
        return 0
    external = [
        (source[1], "integrity=" in attributes)
        for attributes in SCRIPT.findall(response.text)
        if (source := SOURCE.search(attributes)) and re.match(r"(https?:)?//", source[1])
    ]
    if not external:
        return 0
    is_secure = all(source.startswith("https:") for source, _ in external)
    has_integrity = all(integrity for _, integrity in external)
    return {(True, True): 5, (True, False): -5, (False, True): -20, (False, False): -50}[
        is_secure, has_integrity
    ]


def x_content_type_options(response: httpx.Response) -> int:
    return 0 if response.headers.get("X-Content-Type-Options") == "nosniff" else -5


def x_frame_options(response: httpx.Response) -> int:
    if "frame-ancestors" in policy_of(response):
        return 5
    return 0 if response.headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else -20


TESTS: list[Callable[[httpx.Response], int]] = [
    content_security_policy,
    cookies,
    cross_origin_resource_sharing,
    cross_origin_resource_policy,
    referrer_policy,
    strict_transport_security,
    subresource_integrity,
    x_content_type_options,
    x_frame_options,
]


def score(response: httpx.Response) -> int:
    """Return the score; 100 and more is the best grade, A+."""
    modifiers = [test(response) for test in TESTS]
    without_bonuses = BASELINE + sum(modifier for modifier in modifiers if modifier < 0)
    if without_bonuses < ENOUGH_FOR_BONUSES:
        return max(0, without_bonuses)
    return without_bonuses + sum(modifier for modifier in modifiers if modifier > 0)
