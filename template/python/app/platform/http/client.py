"""Where a request comes from."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

# Whoever has one address of such a network has them all.
IPV6_PREFIX = 64


def client_of(scope: Scope) -> str:
    """The client's address, as far as the server knows: behind a proxy, only if it is trusted."""
    return _counted_as(scope["client"][0]) if scope["client"] else "unknown"


@lru_cache(maxsize=4096)
def _counted_as(host: str) -> str:
    """The address, or in IPv6 the network, that counts as one client."""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))


async def client_address(request: Request) -> str:
    return client_of(request.scope)


ClientAddress = Annotated[str, Depends(client_address)]
