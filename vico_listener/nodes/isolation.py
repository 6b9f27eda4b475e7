"""Keeps demos, benches and tests away from everybody else's ROS graph."""

import fcntl
import os
import random
import secrets
import tempfile
from pathlib import Path

from vico_listener.errors import UnavailableError
from vico_listener.resources import resource_path

DOMAINS = range(40, 100)
"""The domains to choose from. From 102 on Linux may have given DDS' ports away."""

_reserved: dict[int, int] = {}
"""The domains that this process has reserved, oldest first, with the open lock file of each."""

FOREIGN = (
    'CYCLONEDDS_URI',
    'ROS_DISCOVERY_SERVER',
    'ROS_LOCALHOST_ONLY',
    'ROS_SECURITY_ENABLE',
    'ROS_STATIC_PEERS',
    'ROS_SUPER_CLIENT',
)
"""Variables that lead into somebody else's graph, or ask for keys of it."""


def isolate(domain: int | None = None) -> dict[str, str]:
    """Set up this process, and its children, for a ROS domain of its own on this machine only.

    Large messages get a shared-memory segment that holds them: with Fast DDS' default one a third
    of raw camera images is lost between processes.

    Args:
        domain: ROS_DOMAIN_ID; None picks one at random that no other process of this machine has
            picked here, and never the one that is set. It stays this process's, because something
            of it may live on there, until it has had a third of all domains; then its oldest one
            comes again.

    Returns:
        The variables that were set.

    Raises:
        UnavailableError: others have taken all domains.
    """
    if domain is None:
        domain = _reserve_domain()
    profile = str(resource_path('config/fastdds_shm.xml'))
    variables = {
        'ROS_DOMAIN_ID': str(domain),
        'FASTRTPS_DEFAULT_PROFILES_FILE': profile,
        'FASTDDS_DEFAULT_PROFILES_FILE': profile,
    }
    for name in FOREIGN:
        os.environ.pop(name, None)
    if os.environ.get('ROS_DISTRO') == 'humble':
        variables['ROS_LOCALHOST_ONLY'] = '1'
    else:
        variables['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    os.environ.update(variables)
    return variables


_mark = secrets.token_hex(4)
"""Numbers of processes come twice where containers share a network."""


def own_namespace() -> str:
    """Return a namespace of this process alone: domains may be somebody else's by chance."""
    return f'/vico_demo_{os.getpid()}_{_mark}'


def _reserve_domain() -> int:
    """Reserve a domain by locking a file, which the kernel unlocks when this process ends."""
    taken = os.environ.get('ROS_DOMAIN_ID', '0')
    if len(_reserved) < max(1, len(DOMAINS) // 3):
        choices = [domain for domain in DOMAINS if domain not in _reserved and str(domain) != taken]
        random.shuffle(choices)
        for domain in choices:
            file = _lock(domain)
            if file is not None:
                _reserved[domain] = file
                return domain
    for domain in _reserved:
        if str(domain) != taken:
            _reserved[domain] = _reserved.pop(domain)  # the youngest now
            return domain
    raise UnavailableError(
        f'all ROS domains from {DOMAINS[0]} to {DOMAINS[-1]} are taken by demos, benches or tests '
        'on this machine: end one of them'
    )


def _lock(domain: int) -> int | None:
    """Lock the file of a domain and return it, open; None if another process has it."""
    path = Path(tempfile.gettempdir(), f'vico_listener_domain_{domain}.lock')
    try:
        # Created only where it is missing: Linux lets nobody "create" another user's file.
        flags = os.O_RDONLY if path.exists() else os.O_RDONLY | os.O_CREAT
        file = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    except OSError:  # somebody keeps it for himself
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file
