"""Items of an entity, made by a test and deleted after it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx

from .answers import Entity
from .callers import Caller
from .checks import answered, body_of
from .samples import body

_numbers = itertools.count()


class Things:
    """Makes items of one entity, and deletes in the end those that are left."""

    def __init__(self, entity: Entity, admin: Caller) -> None:
        self.entity = entity
        self.path = entity.path
        self._admin = admin
        self._made: list[str] = []

    def body(self, **changes: Any) -> dict[str, Any]:
        """Return a valid body that no other is like, with `changes`."""
        return body(self.entity, next(_numbers)) | changes

    def at(self, item: dict[str, Any]) -> str:
        """Return the path of an item."""
        return f"{self.path}/{item['id']}"

    def post(self, caller: Caller | None = None, **options: Any) -> httpx.Response:
        """Send a POST, whatever comes of it."""
        response = (caller or self._admin).post(self.path, **options)
        if response.status_code == httpx.codes.CREATED:
            self._made.append(response.json()["id"])
        return response

    def create(self, caller: Caller | None = None, **changes: Any) -> dict[str, Any]:
        """Create an item and return it as answered."""
        response = self.post(caller, json=self.body(**changes))
        item: dict[str, Any] = body_of(response, 201)
        return item

    def get(self, item: dict[str, Any]) -> httpx.Response:
        """Read an item that is there."""
        return answered(self._admin.get(self.at(item)), 200)

    def read(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return an item as it is now."""
        content: dict[str, Any] = body_of(self.get(item))
        return content

    def etag(self, item: dict[str, Any]) -> str:
        """Return the entity tag of an item as it is now."""
        tag: str = self.get(item).headers["ETag"]
        return tag

    def page(self, **query: Any) -> dict[str, Any]:
        """Return one page of the list."""
        page: dict[str, Any] = body_of(self._admin.get(self.path, params=query))
        assert page.keys() == {"items", "next_cursor"}
        return page

    def pages(self, limit: int, cursor: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the pages from a cursor to the end of the list."""
        for _ in range(100_000):
            page = self.page(limit=limit, **({} if cursor is None else {"cursor": cursor}))
            assert len(page["items"]) <= limit
            yield page
            cursor = page["next_cursor"]
            if cursor is None:
                return
        raise AssertionError("the list has no end")

    def near_the_end(self) -> str | None:
        """Return a cursor after which what is created from now on soon comes."""
        cursor = None
        for page in self.pages(limit=100):
            cursor = page["next_cursor"] or cursor
        return cursor

    def delete(self, item: dict[str, Any]) -> httpx.Response:
        """Send a DELETE, whatever comes of it."""
        return self._admin.delete(self.at(item))

    def delete_all(self) -> None:
        """Delete what was made here and is left."""
        for id_ in self._made:
            answered(self._admin.delete(f"{self.path}/{id_}"), 204, 404)
        self._made.clear()
