"""Splits a portrait into the head, which moves, and the background, which does not."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import Picture
from vico_listener.render.landmarks import CHIN
from vico_listener.render.landmarks import OUTLINE
from vico_listener.render.person import seen_person
from vico_listener.render.portrait import Portrait
from vico_listener.render.wide_blur import wide_blur

WORK = 192
"""The side of the image in which the background is painted, px."""

FINE = 512
"""The largest side of the image whose texture is continued behind the head, px."""

RECOGNISED = 0.6
"""The mean probability in a face below which the network does not see that it is a person."""

APART, SURE = 0.35, 0.65
"""The probability below which a pixel is not of the person, and that from which on it is."""

LEAVES = 0.04
"""A point that moves less than this share with the head belongs to the background."""

GONE = 0.12
"""A point that moves more than this share with the head is painted over in the background."""


HAIRY = 0.4
"""A point that moves less than this share with the head has no single hairs around it."""

ATTACHED_FROM = 0.35
"""Height above the chin at which all of the person belongs to the head, in face heights."""

LOOSENED = 0.05
"""The width over which what is not attached to the head stops moving, in face heights."""

SINGLE_HAIRS = 0.6
"""The largest alpha outside the head's mask; a pixel that needs more is an object behind it."""

NEARBY = 0.02
"""How far away hair has the same colour, as a share of the picture's side."""

TEXTURE = 12.0
"""The largest amplitude of a background's texture, grey values."""


@dataclass(frozen=True)
class Layers:
    """The layers of a portrait: the head over the background gives the portrait again.

    Attributes:
        head: (size, size, 4) uint8 BGRA, with colours premultiplied by alpha.
        background: (size, size, 3) uint8 BGR, in which the head is painted over.
        share: (size, size) float32, how much each point moves with the head, 0 to 1.
    """

    head: Picture
    background: Picture
    share: NDArray[np.float32]


def head_share(portrait: Portrait, x: NDArray, y: NDArray) -> NDArray:
    """Return how much points (px) move with the head: 1 down to the chin, 0 at the shoulders."""
    chin = portrait.landmarks[CHIN, :2]
    height = portrait.face_height
    below = ((x - chin[0]) * portrait.down[0] + (y - chin[1]) * portrait.down[1]) / height
    aside = ((x - chin[0]) * portrait.across[0] + (y - chin[1]) * portrait.across[1]) / height
    # Shoulders and collars beside the neck reach higher than the root of the neck.
    below = below + 0.2 * smooth_step((np.abs(aside) - 0.3) / 0.45)
    return 1.0 - smooth_step((below + 0.06) / 0.42)


def smooth_step(value: NDArray) -> NDArray:
    """Return a step of values that is 0 up to 0, 1 from 1 on, and smooth in between."""
    value = np.clip(value, 0.0, 1.0)
    stepped: NDArray = value * value * (3.0 - 2.0 * value)
    return stepped


def split_layers(portrait: Portrait) -> Layers:
    """Cut the head out of the portrait, and paint over its place in the background."""
    size = portrait.image.shape[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    person = person_mask(portrait)
    share = (head_share(portrait, x, y) * attached(portrait, person)).astype(np.float32)
    alpha = (person * np.clip(share / LEAVES, 0.0, 1.0)).astype(np.float32)
    image = portrait.image.astype(np.float32)
    gone = smooth_step((share - LEAVES) / (GONE - LEAVES))
    # Hair is all around a head, but what is beside a neck or a collar stays there.
    hairy = smooth_step((share - HAIRY) / HAIRY)
    gone = (gone * np.maximum(person, hairy)).astype(np.float32)
    background = _background(image, person, gone)
    # Single hairs around the mask get the least alpha that explains their colour.
    darker = (background - image) / np.maximum(background, 1.0)
    lighter = (image - background) / np.maximum(255.0 - background, 1.0)
    blue, green, red = cv2.split(np.maximum(darker, lighter))
    hairs = np.minimum(np.maximum(np.maximum(blue, green), red), SINGLE_HAIRS) * hairy
    beyond = hairs > alpha
    hairs[beyond] *= _likeness(image, background, person, beyond)
    alpha = np.maximum(alpha, hairs)
    head = image - (1.0 - alpha[..., None]) * background
    layer = np.dstack([head, 255.0 * alpha]).round().clip(0, 255).astype(np.uint8)
    return Layers(layer, background.round().astype(np.uint8), share)


def _likeness(
    image: NDArray[np.float32],
    background: NDArray[np.float32],
    person: NDArray[np.float32],
    places: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Return how surely each of N places shows hair before the background (N,), 0 to 1.

    It does if it differs from the background as the person's edge nearby does.
    """
    sigma = NEARBY * len(image)
    weight = wide_blur(person, sigma)[places]
    edge = wide_blur(image * person[..., None], sigma)[places] / np.maximum(weight, 1e-3)[:, None]
    expected, seen = edge - background[places], image[places] - background[places]
    lengths = np.linalg.norm(expected, axis=1) * np.linalg.norm(seen, axis=1)
    cosine = (expected * seen).sum(axis=1) / np.maximum(lengths, 1e-3)
    return np.clip(cosine, 0.0, 1.0) ** 4


def attached(portrait: Portrait, person: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far each point hangs on the head (size, size), 0 to 1.

    A collar or the ring of a space suit beside the head reaches higher than the shoulders. What
    separates it from the head is background above it, of which long hair has none.

    Args:
        portrait: the portrait.
        person: (size, size) the mask of the person, 0 to 1.
    """
    size = len(person)
    height = portrait.face_height
    level = portrait.landmarks[CHIN, :2] - ATTACHED_FROM * height * portrait.down
    # The picture is turned so that the face is upright around the level of its chin.
    tilt = float(np.degrees(np.arctan2(portrait.across[1], portrait.across[0])))
    upright = cv2.getRotationMatrix2D((float(level[0]), float(level[1])), tilt, 1.0)
    turned = cv2.warpAffine(person, upright, (size, size), borderMode=cv2.BORDER_REPLICATE)
    row = int(np.clip(level[1], 0, size - 1))
    hanging = np.ones_like(turned)
    hanging[row:] = np.minimum.accumulate((turned[row:] > 0.5).astype(np.float32), axis=0)
    hanging[row:] = np.maximum(hanging[row:], turned[row:] < 0.5)
    back = cv2.warpAffine(
        hanging,
        upright,
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    # What is around the person goes with what is nearest.
    weight, sigma = person + np.float32(1e-3), LOOSENED * height
    return wide_blur(back * weight, sigma) / wide_blur(weight, sigma)


def person_mask(portrait: Portrait) -> NDArray[np.float32]:
    """Return the mask (size, size), 0 to 1, of head, hair, neck and clothes.

    Raises:
        PersonModelError: see `seen_person`.
    """
    size = portrait.image.shape[0]
    seen = seen_person(portrait.image)
    outline = portrait.landmarks[list(OUTLINE), :2].astype(np.float64) * (len(seen) / size)
    face = np.zeros(seen.shape, np.uint8)
    cv2.fillConvexPoly(face, np.round(outline).astype(np.int32), 1)
    if float(seen[face > 0].mean()) < RECOGNISED:
        seen = _plain_mask(portrait, len(seen))
    # Who else is in the photo is background.
    _, regions = cv2.connectedComponents(((seen > APART) | (face > 0)).astype(np.uint8))
    column, row = np.round(outline.mean(axis=0)).astype(int).clip(0, len(seen) - 1)
    mine = np.where(regions == regions[row, column], np.maximum(seen, face), 0.0)
    sure = np.clip((mine - APART) / (SURE - APART), 0.0, 1.0).astype(np.float32)
    method = cv2.INTER_AREA if size < len(seen) else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(sure, (size, size), interpolation=method)).clip(0, 1)


def _plain_mask(portrait: Portrait, side: int) -> NDArray[np.float32]:
    """Return the mask (side, side) of an average head and its shoulders, for drawn faces."""
    scale = side / portrait.image.shape[0]
    height = portrait.face_height * scale
    y, x = np.mgrid[0:side, 0:side]
    outline = portrait.landmarks[list(OUTLINE), :2] * scale
    middle = outline.mean(axis=0) - 0.14 * height * portrait.down
    across = (x - middle[0]) * portrait.across[0] + (y - middle[1]) * portrait.across[1]
    down = (x - middle[0]) * portrait.down[0] + (y - middle[1]) * portrait.down[1]
    below = down - 0.45 * height
    head = np.hypot(across / (0.74 * height), down / (0.82 * height)) < 1.0
    shoulders = (below > 0.0) & (np.abs(across) < 0.45 * height + 0.75 * below)
    mask = (head | shoulders).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.5))


def _background(
    image: NDArray[np.float32], person: NDArray[np.float32], gone: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return `image` with the person painted over from the surroundings, weighted by `gone`."""
    size = image.shape[0]
    # Hair extends faintly beyond its mask and would remain as a ghost.
    radius = max(1, round(0.016 * size))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    hole = np.asarray(cv2.dilate((person > 0.02).astype(np.uint8), kernel), np.uint8)
    small = cv2.resize(image, (WORK, WORK), interpolation=cv2.INTER_AREA)
    known = 1.0 - cv2.resize(hole, (WORK, WORK), interpolation=cv2.INTER_NEAREST)
    far = filled(np.asarray(small), known.astype(np.float32))
    wide = np.asarray(cv2.resize(far, (size, size), interpolation=cv2.INTER_CUBIC))
    fine = min(size, FINE)
    part = cv2.resize(image, (fine, fine), interpolation=cv2.INTER_AREA)
    inside = cv2.resize(hole, (fine, fine), interpolation=cv2.INTER_NEAREST)
    texture = _mirrored_texture(np.asarray(part), np.asarray(inside))
    wide = wide + cv2.resize(texture, (size, size), interpolation=cv2.INTER_LINEAR)
    weight = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 0.4 * radius) * gone
    return np.asarray(image + (wide - image) * weight[..., None]).clip(0, 255)


def _mirrored_texture(image: NDArray[np.float32], hole: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the texture around the hole, mirrored into it at its edge; it is 0 outside."""
    size = image.shape[0]
    known = (1 - hole).astype(np.float32)[..., None]
    sigma = size / 48
    weight = wide_blur(known, sigma)[..., None]
    mean = wide_blur(image * known, sigma) / np.maximum(weight, 1e-3)
    # Strong edges belong to objects, not to texture, and would be visible when mirrored.
    detail = np.clip(image - mean, -TEXTURE, TEXTURE) * known
    distance, labels = cv2.distanceTransformWithLabels(
        hole, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(hole == 0)
    if not len(rows):
        return np.zeros_like(image)
    places = np.zeros((2, int(labels.max()) + 1), np.float32)
    places[:, labels[rows, columns]] = columns, rows
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    edge_x, edge_y = places[:, labels]
    # A smooth map keeps the texture continuous.
    from_x = np.asarray(cv2.GaussianBlur(2 * edge_x - x, (0, 0), 2.0))
    from_y = np.asarray(cv2.GaussianBlur(2 * edge_y - y, (0, 0), 2.0))
    mirrored = cv2.remap(detail, from_x, from_y, cv2.INTER_LINEAR, None, cv2.BORDER_REFLECT_101)
    fade = np.exp(-distance / (0.12 * size)) * hole
    return np.asarray(mirrored * fade[..., None]).astype(np.float32)


def filled(image: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill unknown pixels with averages of known ones over wider and wider surroundings."""
    result = image * known[..., None]
    weight = known.copy()
    total, share = result, weight
    for level in range(1, 8):
        total = np.asarray(cv2.GaussianBlur(total, (0, 0), 1.2 * 1.5**level))
        share = np.asarray(cv2.GaussianBlur(share, (0, 0), 1.2 * 1.5**level))
        local = total / np.maximum(share, 1e-6)[..., None]
        trust = np.clip(share / 0.15, 0, 1)
        room = (1 - weight) * trust
        result = result + local * room[..., None]
        weight = weight + room
    return np.asarray(result / np.maximum(weight, 1e-6)[..., None])
