"""Resources of an entity, created by a test and deleted after it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx

from .answers import Entity
from .api_clients import ApiClient
from .assertions import assert_status, json_body
from .sample_values import sample_body

_numbers = itertools.count()


class Resources:
    """Resources of one entity; those that a test leaves are deleted after it."""

    def __init__(self, entity: Entity, admin: ApiClient) -> None:
        self.entity = entity
        self.path = entity.path
        self._admin = admin
        self._created_ids: list[str] = []

    def body(self, **changes: Any) -> dict[str, Any]:
        """Return a valid and unique request body with `changes` applied."""
        return sample_body(self.entity, next(_numbers)) | changes

    def path_of(self, item: dict[str, Any]) -> str:
        """Return the path of a resource."""
        return f"{self.path}/{item['id']}"

    def post(self, client: ApiClient | None = None, **options: Any) -> httpx.Response:
        """Send a POST and return the response, successful or not."""
        response = (client or self._admin).post(self.path, **options)
        if response.status_code == httpx.codes.CREATED:
            self._created_ids.append(response.json()["id"])
        return response

    def create(self, client: ApiClient | None = None, **changes: Any) -> dict[str, Any]:
        """Create a resource and return the response body."""
        response = self.post(client, json=self.body(**changes))
        item: dict[str, Any] = json_body(response, 201)
        return item

    def get(self, item: dict[str, Any]) -> httpx.Response:
        """Send a GET for an existing resource."""
        return assert_status(self._admin.get(self.path_of(item)), 200)

    def read(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return the current state of a resource."""
        content: dict[str, Any] = json_body(self.get(item))
        return content

    def etag(self, item: dict[str, Any]) -> str:
        """Return the current ETag of a resource."""
        tag: str = self.get(item).headers["ETag"]
        return tag

    def page(self, **query: Any) -> dict[str, Any]:
        """Return one page of the list."""
        page: dict[str, Any] = json_body(self._admin.get(self.path, params=query))
        assert page.keys() == {"items", "next_cursor"}
        return page

    def pages(self, limit: int, cursor: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the pages of the list from a cursor to the last."""
        for _ in range(100_000):
            page = self.page(limit=limit, **({} if cursor is None else {"cursor": cursor}))
            assert len(page["items"]) <= limit
            yield page
            cursor = page["next_cursor"]
            if cursor is None:
                return
        raise AssertionError("the list has no end")

    def cursor_near_end(self) -> str | None:
        """Return a cursor shortly before the end of the list, where new resources appear."""
        cursor = None
        for page in self.pages(limit=100):
            cursor = page["next_cursor"] or cursor
        return cursor

    def delete(self, item: dict[str, Any]) -> httpx.Response:
        """Send a DELETE and return the response, successful or not."""
        return self._admin.delete(self.path_of(item))

    def delete_all(self) -> None:
        """Delete the resources that remain."""
        for id_ in self._created_ids:
            assert_status(self._admin.delete(f"{self.path}/{id_}"), 204, 404)
        self._created_ids.clear()
