"""An avatar gets every motion by the Virtual Motion Capture protocol."""

import socket
from collections.abc import Iterator

import numpy as np
import pytest
from made_faces import face_with
from pythonosc.osc_packet import OscPacket

from vico_listener.frames import ListenerMotion
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot.avatar import Avatar
from vico_listener.robot.avatar import unity_quaternion
from vico_listener.rotation import matrix_from_rpy

MTU = 1472
"""Payload of a UDP packet in one of Ethernet."""


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(('127.0.0.1', 0))
        receiver.settimeout(5.0)
        yield receiver


def motion(face: FaceMotion) -> ListenerMotion:
    return ListenerMotion(0, 0, face, Attitude.NEUTRAL, 1.0, True, 'test')


def test_a_motion_arrives_whole_and_in_order(receiver: socket.socket) -> None:
    avatar = Avatar(f'127.0.0.1:{receiver.getsockname()[1]}')
    expression = np.arange(52, dtype=np.float32) / 52
    face = FaceMotion(expression, np.array([0.1, 0.2, -0.3], np.float32))
    avatar.show(motion(face))
    messages = []
    while not messages or messages[-1].address != '/VMC/Ext/Blend/Apply':
        packet = receiver.recv(65536)
        assert len(packet) <= MTU
        messages += [timed.message for timed in OscPacket(packet).messages]
    assert messages[0].address == '/VMC/Ext/OK' and messages[0].params == [1]
    assert messages[1].address == '/VMC/Ext/Bone/Pos'
    assert messages[1].params[:4] == ['Head', 0.0, 0.0, 0.0]
    np.testing.assert_allclose(messages[1].params[4:], unity_quaternion(face.rotation), atol=1e-6)
    shown = {m.params[0]: m.params[1] for m in messages if m.address == '/VMC/Ext/Blend/Val'}
    names = [name.lower() for name in ARKIT52.coefficients]
    assert [name.lower() for name in shown] == names and 'BrowDownLeft' in shown
    np.testing.assert_allclose(list(shown.values()), face.expression, atol=1e-6)
    assert (avatar.sent, avatar.lost) == (1, 0)
    avatar.close()


@pytest.mark.parametrize('rpy', [(0.3, 0, 0), (0, 0.3, 0), (0, 0, 0.3), (0.2, -0.4, 0.7)])
def test_unity_turns_the_same_way(rpy: tuple[float, float, float]) -> None:
    """Unity rotates left-handed vectors; mirrored back, they are ours."""
    from_ours = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    x, y, z, w = unity_quaternion(rpy)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn = np.eye(3) + 2 * w * cross + 2 * cross @ cross
    np.testing.assert_allclose(turn @ from_ours, from_ours @ matrix_from_rpy(rpy), atol=1e-12)


def test_what_it_cannot_show_is_left_out(receiver: socket.socket) -> None:
    avatar = Avatar(f'127.0.0.1:{receiver.getsockname()[1]}')
    avatar.show(motion(face_with(rotation=(np.nan, 0, 0))))
    avatar.show(motion(FaceMotion.neutral(BFM64)))
    assert avatar.sent == avatar.lost == 0
    avatar.close()
    avatar.show(motion(FaceMotion.neutral()))
    assert avatar.lost == 1


@pytest.mark.parametrize('address', ['', ':39539', '127.0.0.1:many', '127.0.0.1:70000', 'a b'])
def test_wrong_addresses_are_named(address: str) -> None:
    with pytest.raises(ValueError, match='avatar: '):
        Avatar(address)
