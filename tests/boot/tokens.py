"""Parsing and damaging of JSON Web Tokens, for forgery tests."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any

Part = dict[str, Any]


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> Part:
    part: Part = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return part


def parts(token: str) -> tuple[Part, Part]:
    """Return the header and the claims of a token."""
    header, claims, _ = token.split(".")
    return decoded(header), decoded(claims)


# Functions that make an invalid token of a valid one.
DAMAGES: dict[str, Callable[[str], str]] = {
    "a changed claim": lambda token: ".".join(
        [
            token.split(".")[0],
            encoded(json.dumps(parts(token)[1] | {"sub": str(uuid.UUID(int=1))}).encode()),
            token.split(".")[2],
        ]
    ),
    "a shorter signature": lambda token: token[:-4],
    "no signature part": lambda token: token.rpartition(".")[0],
    "an empty signature": lambda token: f"{token.rpartition('.')[0]}.",
    "an additional part": lambda token: f"{token}.x",
    "no text": lambda _: "\xff\xfe",
    "very long": lambda token: token + "x" * 20_000,
    "dots": lambda _: "..",
}
