"""The names under which nodes stand on /diagnostics, where other robots' nodes stand, too."""

PREFIX = 'vico_listener: '


def status_name(node: str) -> str:
    """Return the name of the status of a node, given its full one, e.g. '/robot1/head'."""
    return PREFIX + node.lstrip('/')


def node_of(status: str, namespace: str) -> str:
    """Return which node of a namespace a status is of, or '' if it is none's.

    Args:
        status: name of the status.
        namespace: absolute, '/' or '/robot1'.
    """
    home = status_name(namespace.rstrip('/') + '/')
    name = status[len(home) :] if status.startswith(home) else ''
    return '' if '/' in name else name
