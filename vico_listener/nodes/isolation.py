"""Keeps demos, benches and tests away from everybody else's ROS graph."""

import os
import random

from vico_listener.resources import resource_path

NAMESPACE = '/vico_demo'

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
        domain: ROS_DOMAIN_ID; None picks one at random, never the one that is set.

    Returns:
        The variables that were set.
    """
    if domain is None:
        taken = os.environ.get('ROS_DOMAIN_ID', '0')
        domain = random.choice([d for d in range(40, 100) if str(d) != taken])
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
