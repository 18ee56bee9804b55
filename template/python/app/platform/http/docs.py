"""Interactive documentation with Swagger UI, the only page that loads files from another host."""

import base64
import hashlib
import html

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

# Browsers run these files only if their hashes match: people enter credentials on the page.
# The hashes are those of the npm package `swagger-ui-dist`.
VERSION = "5.35.0"
FILES = f"https://cdn.jsdelivr.net/npm/swagger-ui-dist@{VERSION}"
SCRIPT_HASH = "sha384-gjRm0bEPMeTmMh5jT2cHccIwCUZSTd8YC+j0d0sXw0MdGEfScduGpSyF3ZSSLkX9"
STYLE_HASH = "sha384-WlYgdmXYOOBWL5apwjDEZwN+U3HmXSSu5R6V5aGxEcf7z+KuRNwBhoxKVN1i3D5I"

START = """
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  validatorUrl: null,
});
"""
START_HASH = base64.b64encode(hashlib.sha256(START.encode()).digest()).decode()
POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    f"connect-src 'self'; img-src data:; script-src {FILES}/ 'sha256-{START_HASH}'; "
    f"style-src {FILES}/ 'unsafe-inline'"
)
PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{FILES}/swagger-ui.css" integrity="{STYLE_HASH}" crossorigin>
</head>
<body>
<div id="documentation"></div>
<script src="{FILES}/swagger-ui-bundle.js" integrity="{SCRIPT_HASH}" crossorigin></script>
<script>{START}</script>
</body>
</html>
"""


def docs_routes(title: str) -> APIRouter:
    """Return the route of the page, `GET /docs`."""
    router = APIRouter()
    page = PAGE % html.escape(title)

    @router.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    return router
