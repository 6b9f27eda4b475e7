"""Decides which requests the page's server answers, to keep other web pages from the camera."""

import ipaddress
import socket
import sys
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Return True when a server bound to `host` can be reached from this computer only."""
    if host == 'localhost':
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def warn_of_strangers(command: str, host: str, what: str) -> None:
    """Warn on stderr, where a server bound to `host` can be reached from elsewhere.

    Args:
        command: the sub-command of `vico`.
        host: the address that the server is bound to.
        what: what everybody there can do, e.g. 'sees the face'.
    """
    if not is_loopback(host):
        print(
            f'vico {command}: warning: everybody who can reach {host} {what}, without a password '
            'or encryption',
            file=sys.stderr,
            flush=True,
        )


def host_allowed(header: str | None, bound: str) -> bool:
    """Return True when the Host header of a request names this computer.

    A web page can make a domain name resolve to this computer (DNS rebinding), and its requests
    then carry that name. A numeric address cannot be misused like this.

    Args:
        header: the Host header.
        bound: the host that the server is bound to.
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
    """Return True when a request comes from a page of the server to which it goes.

    Args:
        origin: the Origin header, which browsers send and pages cannot forge.
        header: the Host header.
    """
    return header is not None and origin == f'http://{header}'


def _hostname(header: str | None) -> str | None:
    try:
        return urlsplit(f'//{header}').hostname if header else None
    except ValueError:
        return None
