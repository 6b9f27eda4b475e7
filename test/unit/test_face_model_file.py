"""Errors about the model file name the cause and the remedy."""

import zipfile

import pytest
from shared_material import needs_model

from vico_listener.face import FaceModelError
from vico_listener.face import create_face_tracker
from vico_listener.face import model_file
from vico_listener.face.model_file import MEMBERS
from vico_listener.face.model_file import load_model


def bundle(path, **replaced):
    with zipfile.ZipFile(path, 'w') as archive:
        for part, member in MEMBERS.items():
            content = replaced.get(part, b'content of ' + part.encode())
            if content is not None:
                archive.writestr(member, content)
    return path


def test_parts_of_a_bundle(tmp_path):
    model = load_model(bundle(tmp_path / 'a.task'))
    assert model.detector == b'content of detector'
    assert model.geometry == b'content of geometry'


def test_no_such_file(tmp_path):
    with pytest.raises(FaceModelError, match=r'no face model at .*x\.task: get it with `python -m'):
        load_model(tmp_path / 'x.task')


def test_not_a_bundle(tmp_path):
    path = tmp_path / 'a.task'
    path.write_bytes(b'<html>404</html>')
    with pytest.raises(FaceModelError, match=r'not an intact \.task bundle .*bundled_files'):
        load_model(path)


def test_damaged_bundle(tmp_path):
    path = bundle(tmp_path / 'a.task')
    data = bytearray(path.read_bytes())
    data[data.index(b'content of landmarks')] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(FaceModelError, match='CRC'):
        load_model(path)


def test_a_bundle_without_blendshapes(tmp_path):
    path = bundle(tmp_path / 'a.task', blendshapes=None)
    with pytest.raises(FaceModelError, match=r'not a face landmarker.*face_blendshapes\.tflite'):
        load_model(path)


def test_the_model_is_missing(monkeypatch):
    monkeypatch.setattr(model_file, 'bundled_path', lambda file: None)
    with pytest.raises(FaceModelError, match='not installed: get it with `python -m vico_listener'):
        load_model()


def test_the_default_must_have_the_right_checksum(tmp_path, monkeypatch):
    path = bundle(tmp_path / 'a.task')
    monkeypatch.setattr(model_file, 'default_model_path', lambda: path)
    with pytest.raises(FaceModelError, match='checksum'):
        load_model()


@needs_model
def test_the_installed_model_is_found():
    assert load_model().path.name == 'face_landmarker.task'


@needs_model
@pytest.mark.parametrize(
    ('replaced', 'message'),
    [
        ({'detector': 'landmarks'}, r'face detector network .* has shapes .* expected'),
        ({'blendshapes': 'detector'}, 'blendshape network .* has shapes'),
        ({'geometry': 'detector'}, 'geometry'),
    ],
)
def test_networks_of_other_shapes(tmp_path, replaced, message):
    good = load_model()
    parts = {part: getattr(good, part) for part in MEMBERS}
    parts |= {part: getattr(good, other) for part, other in replaced.items()}
    with pytest.raises(FaceModelError, match=message):
        create_face_tracker(model_path=bundle(tmp_path / 'a.task', **parts))


@needs_model
def test_a_network_that_is_none(tmp_path):
    good = load_model()
    parts = {part: getattr(good, part) for part in MEMBERS} | {'landmarks': b'TFL3 no network'}
    with pytest.raises(FaceModelError, match='landmark network in the face model is broken'):
        create_face_tracker(model_path=bundle(tmp_path / 'a.task', **parts))
