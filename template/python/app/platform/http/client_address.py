"""Address of the client."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

# One customer of a provider has all addresses of such a network.
IPV6_PREFIX = 64


def client_of(scope: Scope) -> str:
    """Return the client's address; behind a proxy, that of the proxy unless it is trusted."""
    return _normalized(scope["client"][0]) if scope["client"] else "unknown"


@lru_cache(maxsize=4096)
def _normalized(host: str) -> str:
    """Return the IPv4 address or the IPv6 network that counts as one client."""
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
