"""Where requests come from."""

import ipaddress

from django.conf import settings


def is_proxy(address):
    """Is this a proxy of ours, which is believed?"""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.TRUSTED_PROXIES)


def address_of(request):
    """Where a request comes from, as far as a subscriber is told from another; empty where nobody knows.

    Whoever is behind a proxy of ours is named by the last address in X-Forwarded-For that is not a proxy's.
    """
    hops = [request.META.get("REMOTE_ADDR", "")]
    hops += reversed(request.headers.get("X-Forwarded-For", "")[-500:].split(","))
    for hop in hops:
        try:
            address = ipaddress.ip_address(hop.strip())
        except ValueError:
            return ""
        # Servers that speak both versions write 192.0.2.1 as ::ffff:192.0.2.1.
        address = getattr(address, "ipv4_mapped", None) or address
        if not any(address in network for network in settings.TRUSTED_PROXIES):
            # Who has one address of version 6 has a whole network of them.
            return (
                str(ipaddress.ip_network((address, 64), strict=False))
                if address.version == 6
                else str(address)
            )
    return ""
