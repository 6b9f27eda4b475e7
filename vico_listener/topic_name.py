"""What ROS takes for the name of a topic, a service or an action."""

import re

_NAME = re.compile(r'(/|~/)?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*')


def objection_to(name: str) -> str:
    """Return why a text is no name of a topic, or '' if it is one."""
    if _NAME.fullmatch(name):
        return ''
    return (
        f"'{name}' is no name of a topic: that has letters, digits and _ between single slashes, "
        'and no part of it begins with a digit'
    )
