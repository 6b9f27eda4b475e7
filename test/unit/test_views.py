"""The layouts for rviz and Foxglove show topics, fields and panels that there are."""

import json
import re
from pathlib import Path

import yaml

from vico_listener import ros_api
from vico_listener.motion import ARKIT_NAMES
from vico_listener.resources import resource_path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = resource_path('config')
PUBLISHED = {topic.name: topic.type for node in ros_api.STACK for topic in node.publications}
TAKEN = {topic.name for node in ros_api.STACK for topic in node.subscriptions}
MARKERS = 'markers'


def leaves(layout) -> list[str]:
    if isinstance(layout, str):
        return [layout]
    assert layout['direction'] in ('row', 'column') and 0 < layout['splitPercentage'] < 100
    return [*leaves(layout['first']), *leaves(layout['second'])]


def test_every_panel_of_foxglove_is_laid_out_once() -> None:
    layout = json.loads((CONFIG / 'foxglove.json').read_text('utf-8'))
    assert sorted(leaves(layout['layout'])) == sorted(layout['configById'])


def test_foxglove_shows_fields_that_there_are() -> None:
    layout = json.loads((CONFIG / 'foxglove.json').read_text('utf-8'))
    paths = [p for c in layout['configById'].values() for p in c.get('paths', [])]
    assert len(paths) > 10
    for path in paths:
        topic, field, index = re.fullmatch(
            r'/(\w+)\.([\w.]+)(?:\[(\d+)\])?', path['value']
        ).groups()
        kind = PUBLISHED[topic].rpartition('/')[2]
        for part in field.split('.'):
            definition = (ROOT / f'msg/{kind}.msg').read_text('utf-8')
            found = re.search(rf'^([\w/]+)(\[\d*\])? {part}$', definition, re.M)
            assert found, f'{kind} has no {part}'
            kind = found[1].rpartition('/')[2]
        if part == 'expression':
            name = {
                'smile': 'mouthSmileLeft', 'blink': 'eyeBlinkLeft', 'brows': 'browInnerUp',
                "speaker's smile": 'mouthSmileLeft', "speaker's jaw": 'jawOpen',
            }[path['label']]  # fmt: skip
            assert ARKIT_NAMES[int(index)] == name
    images = [c['imageMode']['imageTopic'][1:] for c in layout['configById'].values()
              if 'imageTopic' in c.get('imageMode', {})]  # fmt: skip
    assert set(images) <= PUBLISHED.keys() | TAKEN


def test_rviz_shows_topics_that_there_are() -> None:
    view = yaml.safe_load((CONFIG / 'listener.rviz').read_text('utf-8'))['Visualization Manager']
    shown = {d['Topic']['Value'] for d in view['Displays'] if 'Topic' in d}
    assert shown == {'image', 'face/image', MARKERS}
    assert {'image'} <= TAKEN and {'face/image'} <= PUBLISHED.keys()
