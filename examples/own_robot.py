"""Moves a robot of one's own, whose servos read lines of {"JOINT": DEGREES}.

python examples/own_robot.py examples/own_robot.yaml talk.mp4
PYTHONPATH=examples ./run stack --ros-args -p robot:=examples/own_robot.yaml
"""

import json
import math
import sys
import time

from vico_listener import ListeningHead
from vico_listener.media.clip import play
from vico_listener.robot import load_profile
from vico_listener.robot.interfaces import LinkInterface


class Servos(LinkInterface):  # the interface in the profile, and at once the connection
    name, unit, target, trouble = 'servos', 'deg', '', ''

    def __init__(self, fields):
        self.target = fields.text('device')

    def payload(self, joints, command, ahead=0.0):
        return {j.name: math.degrees(a) for j, a in zip(joints, command.positions, strict=True)}

    def connector(self, joints, inform, warn):
        device = open(self.target, 'r+b', 0)  # it must be there: no file is made in its place
        self.send = lambda c: device.write(b'%s\n' % json.dumps(self.payload(joints, c)).encode())
        self.close = device.close
        return lambda: self


if __name__ == '__main__':
    robot = load_profile(sys.argv[1])
    servos = robot.interface.connector(robot.joints, print, print)()
    for answer in ListeningHead(robot=sys.argv[1]).answers(play(sys.argv[2])):
        for command in answer.commands:
            servos.send(command)
            time.sleep(1 / 30)  # such a robot gets one command a tick
