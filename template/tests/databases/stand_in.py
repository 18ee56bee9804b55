"""SQLite in the place of the service's database; plugged in before anything asks for that one."""

from app.platform import persistence
from app.platform.persistence import sqlite

persistence.adapter = sqlite
