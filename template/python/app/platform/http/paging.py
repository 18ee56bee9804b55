"""Lists in pages: `?limit=20&cursor=...`."""

import base64
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

DEFAULT_LIMIT = 20
MAX_LIMIT = 100

Item = TypeVar("Item")


def encode_cursor(after: UUID | None) -> str | None:
    """An opaque, URL-safe name for the place after an item; None where the list ends."""
    return None if after is None else base64.urlsafe_b64encode(after.bytes).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> UUID | None:
    """The place that `cursor` names; None for the beginning."""
    if cursor is None:
        return None
    try:
        after = UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except ValueError:
        after = None
    if after is None or encode_cursor(after) != cursor:
        error = {"type": "cursor", "loc": ("query", "cursor"), "msg": "This is no cursor."}
        raise RequestValidationError([error])
    return after


Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items at most.")]
Cursor = Annotated[
    UUID | None,
    BeforeValidator(decode_cursor),
    WithJsonSchema({"type": "string"}),
    Query(description="`next_cursor` of the page before."),
]


class PageOutput(BaseModel, Generic[Item]):
    """How `app.kernel.paging.Page` is answered."""

    items: list[Item]
    next_cursor: Annotated[
        str | None,
        BeforeValidator(encode_cursor),
        Field(validation_alias="next_after", description="The `cursor` of the next page, if any."),
    ]
