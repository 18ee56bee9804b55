"""Names that a project, a module, an entity or a field cannot have, with the reason."""

from __future__ import annotations

# The packages that services install. A project of that name would depend on itself, directly or
# through what its dependencies need, and uv resolves neither.
# fmt: off
RESERVED_SLUGS = frozenset({
    "aiosqlite", "alembic", "annotated-doc", "annotated-types", "anyio", "argon2-cffi",
    "argon2-cffi-bindings", "ast-serialize", "async-timeout", "asyncmy", "asyncpg",
    "cachetools", "certifi", "cffi", "click", "colorama", "coverage", "cryptography",
    "dnspython", "email-validator", "faker", "fastapi", "greenlet", "grimp", "h11", "httpcore",
    "httptools", "httpx", "idna", "import-linter", "iniconfig", "librt", "mako",
    "markdown-it-py", "markupsafe", "mdurl", "mypy", "mypy-extensions", "opentelemetry-api",
    "packaging", "pathspec", "pluggy", "prometheus-client", "pycparser", "pydantic",
    "pydantic-core", "pydantic-settings", "pygments", "pyjwt", "pytest", "pytest-cov",
    "python-dotenv", "pyyaml", "redis", "rich", "ruff", "sqlalchemy", "starlette", "structlog",
    "types-cachetools", "types-zxcvbn", "typing-extensions", "typing-inspection", "tzdata",
    "uuid-utils", "uvicorn", "uvloop", "watchfiles", "websockets", "zxcvbn",
})
# fmt: on

_MIGRATIONS = "Alembic uses it for revisions"
_TOOLS = "pytest and ruff ignore folders of that name"
RESERVED_MODULES = {
    "identity": "users and credentials are in the module of that name",
    "base": _MIGRATIONS,
    "head": _MIGRATIONS,
    "heads": _MIGRATIONS,
    "build": _TOOLS,
    "dist": _TOOLS,
    "node_modules": _TOOLS,
    "venv": _TOOLS,
}
RESERVED_MODULE_PREFIXES = {
    "identity_": "its tables could have the names of identity's tables",
    "sqlite": "SQLite reserves table names that begin with 'sqlite'",
}
RESERVED_PLURALS = frozenset({"auth", "me", "users"})

COMMON_FIELDS = frozenset({"id", "owner_id", "created_at", "updated_at", "version"})
# fmt: off
RESERVED_FIELDS = frozenset({
    # Types that the emitted classes name in their own bodies.
    "str", "int", "float", "bool", "dt",
    # Methods of the emitted classes.
    "new", "check", "revised", "details",
    # Attributes of Pydantic's BaseModel, beside those that begin with `model_`.
    "construct", "copy", "dict", "from_orm", "json", "mro", "parse_file", "parse_obj", "parse_raw",
    "register", "schema", "schema_json", "update_forward_refs", "validate",
})
# fmt: on
