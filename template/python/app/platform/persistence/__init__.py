"""Storage of records: ports and repositories that know no product.

`app.platform.persistence.database` is the chosen database; `sql` is the adapter for SQL.
"""

from app.platform.persistence.ports import DatabaseError, OutdatedSchema, Records, Store
from app.platform.persistence.record_types import EMAIL, LONG_TEXT, RecordType
from app.platform.persistence.repository import EntityRepository

__all__ = [
    "EMAIL",
    "LONG_TEXT",
    "DatabaseError",
    "EntityRepository",
    "OutdatedSchema",
    "RecordType",
    "Records",
    "Store",
]
