"""Splits a portrait into the head that moves and the background that stays."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.render.base import Image
from vico_listener.render.landmarks import CHIN
from vico_listener.render.landmarks import OUTLINE
from vico_listener.render.portrait import Portrait

WORK = 192
"""Side at which the head is segmented, px."""


def head_share(portrait: Portrait, x: NDArray, y: NDArray) -> NDArray:
    """How much a point (px) moves with the head: 1 down to the chin, 0 at the shoulders."""
    chin = portrait.landmarks[CHIN, :2]
    below = ((x - chin[0]) * portrait.down[0] + (y - chin[1]) * portrait.down[1]) / (
        portrait.face_height
    )
    fade = np.clip((below + 0.06) / 0.42, 0.0, 1.0)
    share: NDArray = 1.0 - fade * fade * (3.0 - 2.0 * fade)
    return share


def person_mask(portrait: Portrait) -> NDArray[np.float32]:
    """(size, size) 0..1: head, hair and neck against the background (GrabCut)."""
    size = portrait.image.shape[0]
    scale = WORK / size
    small = np.asarray(cv2.resize(portrait.image, (WORK, WORK), interpolation=cv2.INTER_AREA))
    points = portrait.landmarks[:, :2] * scale
    outline = points[list(OUTLINE)]
    height = portrait.face_height * scale
    y, x = np.mgrid[0:WORK, 0:WORK].astype(np.float64)
    middle = outline.mean(axis=0) - 0.14 * height * portrait.down
    across = (x - middle[0]) * portrait.across[0] + (y - middle[1]) * portrait.across[1]
    down = (x - middle[0]) * portrait.down[0] + (y - middle[1]) * portrait.down[1]
    radius = np.hypot(across / (0.78 * height), down / (0.86 * height))
    below = down > 0.45 * height
    labels = np.full((WORK, WORK), cv2.GC_PR_BGD, np.uint8)
    labels[(radius < 0.92) & ~below] = cv2.GC_PR_FGD
    labels[(radius > 1.3) & ~below] = cv2.GC_BGD
    shoulders = below & (np.abs(across) < 0.45 * height + 0.75 * (down - 0.45 * height))
    labels[shoulders] = cv2.GC_PR_FGD
    cv2.fillConvexPoly(labels, np.round(outline).astype(np.int32), cv2.GC_FGD)
    neck = below & (np.abs(across) < 0.24 * height) & (down < 1.2 * height)
    labels[neck] = cv2.GC_FGD
    cv2.setRNGSeed(0)
    colours = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, WORK, WORK)
    cv2.grabCut(small, labels, whole, colours[0], colours[1], 4, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    mask = _clean(mask, outline)
    hull = cv2.contourArea(outline.astype(np.float32))
    head = float(mask[~below].sum())
    if not 1.0 < head / hull < 3.2:  # GrabCut ran away: a plain oval does less harm
        mask = ((radius < 0.95) | shoulders).astype(np.uint8)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.2)
    return np.asarray(cv2.resize(soft, (size, size), interpolation=cv2.INTER_CUBIC)).clip(0, 1)


def _clean(mask: NDArray[np.uint8], outline: NDArray) -> NDArray[np.uint8]:
    """The one region that holds the face, without holes and whiskers."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel))
    _, regions = cv2.connectedComponents(mask)
    column, row = np.round(outline.mean(axis=0)).astype(int)
    mask = (regions == regions[row, column]).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel, iterations=3))


def background_of(image: Image, moving: NDArray[np.float32]) -> Image:
    """`image` with the moving part painted over from its surroundings."""
    size = image.shape[0]
    scale = WORK / size
    small = cv2.resize(image, (WORK, WORK), interpolation=cv2.INTER_AREA)
    moves = cv2.resize(moving, (WORK, WORK), interpolation=cv2.INTER_LINEAR) > 0.02
    hole = cv2.dilate(moves.astype(np.uint8), np.ones((5, 5), np.uint8))
    # Only a rim of it can ever be seen; the far inside is filled coarsely.
    filled = _fill(small.astype(np.float32), 1.0 - hole.astype(np.float32))
    wide = cv2.resize(filled, (size, size), interpolation=cv2.INTER_CUBIC)
    weight = cv2.resize(hole.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    weight = cv2.GaussianBlur(weight, (0, 0), max(1.0, 0.6 / scale))[..., None]
    return np.asarray(image * (1 - weight) + wide * weight).clip(0, 255).astype(np.uint8)


def _fill(image: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill unknown pixels by averaging the known ones over ever wider surroundings."""
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
