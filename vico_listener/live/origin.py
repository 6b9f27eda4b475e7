"""Who may talk to the page's server: keeps web pages of others away from camera and controls."""

import ipaddress
import socket
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """True when only this computer reaches a server bound to `host`."""
    if host == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_allowed(header: str | None, bound: str) -> bool:
    """True when a request's Host header names this computer.

    A web page can point a name of its own at this computer (DNS rebinding); its requests carry that
    name. An address as such cannot be pointed anywhere.

    Args:
        header: the Host header.
        bound: the host that the server was started for.
    """
    name = _hostname(header)
    if name is None:
        return False
    if name in ('localhost', bound.lower(), socket.gethostname().lower()):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def origin_allowed(origin: str | None, header: str | None) -> bool:
    """True when a request comes from a page of the server that it goes to.

    Args:
        origin: its Origin header, which browsers send and pages cannot forge.
        header: its Host header.
    """
    return header is not None and origin == f'http://{header}'


def _hostname(header: str | None) -> str | None:
    try:
        return urlsplit(f'//{header}').hostname if header else None
    except ValueError:
        return None
