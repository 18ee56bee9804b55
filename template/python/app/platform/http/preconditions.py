"""No lost updates over HTTP: the version seen comes as an ETag in `If-Match` (RFC 9110)."""

import re
from typing import Annotated

from fastapi import Depends, Header, HTTPException

from app.kernel.versions import ExpectedVersions

_TAG = re.compile(r'"([0-9]{1,18})"')


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def expected_versions(if_match: str) -> ExpectedVersions:
    """The versions that an `If-Match` header names; tags that this service never gave count not."""
    tags = [tag.strip() for tag in if_match.split(",")]
    if "*" in tags:
        return ExpectedVersions()
    return ExpectedVersions(frozenset(int(tag[1]) for tag in map(_TAG.fullmatch, tags) if tag))


# Async though they wait for nothing: FastAPI would call other functions in a thread.


async def required(
    if_match: Annotated[str | None, Header(description="The ETag of the version read.")] = None,
) -> ExpectedVersions:
    if if_match is None:
        raise HTTPException(428, "Say which version you have seen: send its ETag as If-Match.")
    return expected_versions(if_match)


async def optional(
    if_match: Annotated[str, Header(description="The ETag of the version read.")] = "*",
) -> ExpectedVersions:
    return expected_versions(if_match)


IfMatch = Annotated[ExpectedVersions, Depends(required)]
OptionalIfMatch = Annotated[ExpectedVersions, Depends(optional)]
