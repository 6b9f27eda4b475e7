"""Looks at what the environment tells ROS 2: middleware, domain, shared-memory profile, logs."""

import importlib.util
import os
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.resources import resource_path

DISTROS = ('humble', 'jazzy', 'kilted', 'lyrical', 'rolling')
"""The ROS 2 distributions that the package is written for."""

PROFILE_VARIABLES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
"""Names the profile of Fast DDS: version 2 (to Jazzy), version 3 (from Kilted on)."""

SEGMENT = 4 * 2**20
"""A shared-memory segment that holds a few images of 640x480, bytes."""

DOMAINS = 232
SAFE_DOMAINS = 101
"""The largest ROS_DOMAIN_ID, and that beyond which Linux gives the ports to others."""

WHEELS = '_ROS_WHEELS_BOOTSTRAP_COMPLETE'
"""Is set where ROS comes from wheels."""

OPTIONAL_PACKAGES = {
    'control_msgs': 'robots that take goals, and the state of controllers',
    'hri_msgs': 'ROS4HRI',
    'tf2_ros': 'look_at in other frames, a camera on the moving head',
    'visualization_msgs': 'markers of gaze and face in rviz',
}
"""ROS packages that are used where they are installed, and what for."""


def environment_findings(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Yield what is wrong with the variables that ROS reads."""
    distro = environment.get('ROS_DISTRO', '')
    rmw = environment.get('RMW_IMPLEMENTATION', '')
    domain = environment.get('ROS_DOMAIN_ID', '') or '0'
    text = f'ROS 2 {distro or "(no distribution)"}, {rmw or "default middleware"}, domain {domain}'
    yield Finding('environment', Level.OK, text)
    if distro and distro not in DISTROS:
        how = f'use one of {", ".join(DISTROS)}'
        yield Finding('environment', Level.NOTE, f'ROS 2 {distro} was never tried', how)
    yield from _domain(domain)
    if rmw in ('', 'rmw_fastrtps_cpp', 'rmw_fastrtps_dynamic_cpp'):
        yield from profile_findings(environment)
    elif environment.get('AMENT_PREFIX_PATH') and not _has_library(environment, rmw):
        how = f'sudo apt install ros-{distro}-{rmw.replace("_", "-")}, or unset RMW_IMPLEMENTATION'
        yield Finding('environment', Level.WRONG, f'RMW_IMPLEMENTATION={rmw} not installed', how)
    local = environment.get('ROS_AUTOMATIC_DISCOVERY_RANGE') == 'LOCALHOST'
    if local or environment.get('ROS_LOCALHOST_ONLY') == '1':
        how = (
            'if the robot is another machine, unset ROS_AUTOMATIC_DISCOVERY_RANGE and '
            'ROS_LOCALHOST_ONLY'
        )
        yield Finding('environment', Level.NOTE, 'only programs on this machine are visible', how)
    if environment.get('ROS_SECURITY_ENABLE', '').lower() == 'true':
        text = 'DDS security is on: without keys, no other program is visible'
        yield Finding('environment', Level.NOTE, text, 'docs/security.md')


def _domain(domain: str) -> Iterator[Finding]:
    number = int(domain) if domain.isdigit() else -1
    if not 0 <= number <= DOMAINS:
        text = f'ROS_DOMAIN_ID={domain} is not a valid domain'
        yield Finding('environment', Level.WRONG, text, f'0 to {SAFE_DOMAINS}')
    elif number > SAFE_DOMAINS:
        text = f'ROS_DOMAIN_ID={domain}: Linux may have given its ports to other programs'
        yield Finding('environment', Level.NOTE, text, f'0 to {SAFE_DOMAINS}')


def profile_findings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Judge the profile of Fast DDS: raw images need a larger shared-memory segment."""
    given = {name: environment[name] for name in PROFILE_VARIABLES if environment.get(name)}
    variable = PROFILE_VARIABLES[environment.get('ROS_DISTRO') not in ('humble', 'jazzy')]
    how = (
        f'export {variable}={resource_path("config/fastdds_shm.xml")} where camera and stack '
        'start, or use image_transport:=compressed'
    )
    if not given:
        text = (
            'no Fast DDS profile is set: about a third of the raw images between processes is lost'
        )
        yield Finding('environment', Level.NOTE, text, how)
    for name, value in given.items():
        path = Path(value)
        try:
            size = segment_size(path.read_text(encoding='utf-8'))
        except (OSError, UnicodeDecodeError) as error:
            yield Finding('environment', Level.WRONG, f'{name}={value}: {error}', how)
            continue
        except ValueError as error:
            yield Finding('environment', Level.WRONG, f'{name}={value}: {error}', how)
            continue
        if size < SEGMENT:
            text = f'{name}: its shared-memory segment has {size / 2**20:.1f} MB'
            yield Finding('environment', Level.NOTE, text, how)
        else:
            text = f'{name}: {size / 2**20:.0f} MB of shared memory'
            yield Finding('environment', Level.OK, text)


def segment_size(profile: str) -> int:
    """Return the size of the shared-memory segment in a profile of Fast DDS, bytes; 0 = none.

    Raises:
        ValueError: it is no XML, or the size no number.
    """
    try:
        root = ElementTree.fromstring(profile)
    except ElementTree.ParseError as error:
        raise ValueError(f'not valid XML: {error}') from None
    sizes = [e.text or '' for e in root.iter() if e.tag.rpartition('}')[2] == 'segment_size']
    if any(not size.strip().isdigit() for size in sizes):
        raise ValueError('segment_size is not a number')
    return max(map(int, sizes), default=0)


def _has_library(environment: Mapping[str, str], rmw: str) -> bool:
    folders = environment['AMENT_PREFIX_PATH'].split(os.pathsep)
    return any((Path(folder) / 'lib' / f'lib{rmw}.so').exists() for folder in folders)


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def how_to_get(*packages: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return how to install ROS packages, as Debian calls them without their prefix."""
    if WHEELS in environment:
        return 'the ROS wheels of ./run have none: install ROS 2 (docs/installation.md)'
    return f'sudo apt install {" ".join(f"ros-$ROS_DISTRO-{package}" for package in packages)}'


def package_findings(is_there: Callable[[str], bool] = _is_there) -> Iterator[Finding]:
    """Say which ROS packages can be imported, and which that may be wanted cannot."""
    if not is_there('rclpy'):
        text = 'there is no ROS 2 here: only the machine was checked'
        yield Finding('ros', Level.NOTE, text, 'source a ROS 2, or start this by ./run vico doctor')
        return
    if not is_there('vico_listener.msg'):
        text = 'the messages of vico_listener are not built'
        how = './run setup, or colcon build and source install/setup.bash'
        yield Finding('ros', Level.WRONG, text, how)
    if not is_there('audio_common_msgs'):
        text = 'audio_common_msgs not installed, which perception needs'
        how = 'sudo apt install ros-$ROS_DISTRO-audio-common-msgs, or ./run setup'
        yield Finding('ros', Level.WRONG, text, how)
    missing = {name: what for name, what in OPTIONAL_PACKAGES.items() if not is_there(name)}
    for name, what in missing.items():
        text = f'{name} not installed, only needed for {what}'
        package = {'tf2_ros': 'tf2-ros-py'}.get(name, name.replace('_', '-'))
        yield Finding('ros', Level.NOTE, text, how_to_get(package))
    there = ', '.join(['rclpy', *sorted(OPTIONAL_PACKAGES.keys() - missing.keys())])
    yield Finding('ros', Level.OK, f'{there} installed')
