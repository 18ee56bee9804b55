"""Smallest program with the responses of a rendered service: the reference of the benchmarks.

It runs in the environment of a service, which has its dependencies.
"""
# mypy: ignore-errors

import base64
import datetime as dt
import os
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import create_async_engine

app = FastAPI()
engine = create_async_engine(os.environ["DATABASE_URL"], max_overflow=0)  # 5, like the service
products = sa.Table(
    "catalog_products",
    sa.MetaData(),
    sa.Column("id", sa.Uuid),
    sa.Column("owner_id", sa.Uuid),
    sa.Column("created_at", sa.DateTime(timezone=True)),
    sa.Column("updated_at", sa.DateTime(timezone=True)),
    sa.Column("version", sa.Integer),
    sa.Column("name", sa.String),
    sa.Column("price", sa.Numeric),
    sa.Column("in_stock", sa.Boolean),
)


class Health(BaseModel):
    status: str = "ok"
    checks: dict[str, str] = {}


class Product(BaseModel):
    id: UUID
    owner_id: UUID
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int
    name: str
    price: Decimal
    in_stock: bool


class ProductPage(BaseModel):
    items: list[Product]
    next_cursor: str | None


@app.get("/health/live")
async def live() -> Health:
    return Health()


@app.get("/api/v1/products")
async def read_products(limit: int = 20) -> ProductPage:
    query = sa.select(products).order_by(products.c.id).limit(limit + 1)
    async with engine.connect() as connection:
        rows = (await connection.execute(query)).mappings().all()
    items = [Product(**{**row, "price": row["price"].normalize()}) for row in rows[:limit]]
    cursor = None
    if len(rows) > limit:
        cursor = base64.urlsafe_b64encode(items[-1].id.bytes).decode().rstrip("=")
    return ProductPage(items=items, next_cursor=cursor)
