"""Preconditions against lost updates: the ETag of the version read, in `If-Match` (RFC 9110)."""

import re
from typing import Annotated

from fastapi import Depends, Header, HTTPException

from app.kernel.versions import ExpectedVersions

_TAG = re.compile(r'"([0-9]{1,18})"')


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def expected_versions(if_match: str) -> ExpectedVersions:
    """Return the versions in an `If-Match` header; tags of another form match no version."""
    tags = [tag.strip() for tag in if_match.split(",")]
    if "*" in tags:
        return ExpectedVersions()
    return ExpectedVersions(frozenset(int(tag[1]) for tag in map(_TAG.fullmatch, tags) if tag))


# Async although they await nothing: FastAPI calls other functions in a thread.


async def required(
    if_match: Annotated[str | None, Header(description="The ETag of the version read.")] = None,
) -> ExpectedVersions:
    if if_match is None:
        raise HTTPException(428, "Send the ETag of the version that you have read as If-Match.")
    return expected_versions(if_match)


async def optional(
    if_match: Annotated[str, Header(description="The ETag of the version read.")] = "*",
) -> ExpectedVersions:
    return expected_versions(if_match)


IfMatch = Annotated[ExpectedVersions, Depends(required)]
OptionalIfMatch = Annotated[ExpectedVersions, Depends(optional)]
