"""Pagination: `?limit=20&cursor=...`."""

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
    """Return an opaque, URL-safe cursor for the items after `after`; None after the last item."""
    return None if after is None else base64.urlsafe_b64encode(after.bytes).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> UUID | None:
    """Return the identifier that `cursor` stands for; None for the first page."""
    if cursor is None:
        return None
    try:
        after = UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except ValueError:
        after = None
    if after is None or encode_cursor(after) != cursor:
        message = "Write a `next_cursor` of this list."
        raise RequestValidationError(
            [{"type": "cursor", "loc": ("query", "cursor"), "msg": message}]
        )
    return after


PageLimit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Maximum number of items.")]
Cursor = Annotated[
    UUID | None,
    BeforeValidator(decode_cursor),
    WithJsonSchema({"type": "string"}),
    Query(description="`next_cursor` of the previous page."),
]


class PageOutput(BaseModel, Generic[Item]):
    """JSON of `app.kernel.paging.Page`."""

    items: list[Item]
    next_cursor: Annotated[
        str | None,
        BeforeValidator(encode_cursor),
        Field(validation_alias="next_after", description="The `cursor` of the next page, if any."),
    ]
