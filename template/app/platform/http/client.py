"""Where a request comes from."""

from typing import Annotated

from fastapi import Depends, Request


async def client_address(request: Request) -> str:
    """The client's address, as far as the server knows: behind a proxy, only if it is trusted."""
    return request.client.host if request.client else "unknown"


ClientAddress = Annotated[str, Depends(client_address)]
