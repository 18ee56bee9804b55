"""Service and the OpenID Connect issuer that it trusts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..oidc import AUDIENCE, CLIENT_ID, Issuer, oidc_server
from .running import Running, Service, free_port, running

Believer = tuple[Running, Issuer]


@contextmanager
def believing(service: Service, folder: Path, **variables: str) -> Iterator[Believer]:
    """Start the service and the issuer that it trusts."""
    port = free_port()
    variables |= {"APP_OIDC_ISSUER": f"http://127.0.0.1:{port}", "APP_OIDC_AUDIENCE": AUDIENCE}
    if service.answers["auth_provider"] != "firebase":
        variables["APP_OIDC_CLIENT_ID"] = CLIENT_ID
    # The service contacts the issuer on first use, so the start order does not matter.
    with running(service, **variables) as its, oidc_server(folder, port, its.base_url) as issuer:
        yield its, issuer
