"""The style of each attitude: how it changes the listener's behaviour."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.personality import Personality
from vico_listener.motion import Attitude


class Style(NamedTuple):
    """The parameters of a listener's behaviour at intensity 1.

    Attributes:
        answers: the share of phrase ends that are answered with a head gesture.
        urge: the number of head gestures per second of uninterrupted speech.
        agreement: at 1 every answer is a nod and at 0 a shake; in between it depends on how the
            phrase was said.
        depth: the size of an average nod, peak to peak, deg.
        beat: the size of an average beat, peak to peak, deg.
        smile: the change of the calm face's smile.
        smile_pulse: by how much the smile grows at a nod.
        smile_mimicry: the share of the speaker's smile that is returned.
        brow_raise: by how much a surprise raises the brows.
        brow_down, frown, press: the channels of displeasure.
        posture_mimicry: the share of the speaker's head posture that is returned.
        lean: the displacement of the head forward, m.
        chin: the pitch of the posture, deg; positive is down.
        tilt: the size of slow tilts and turns of the head, deg.
        avert: the size of the glance at a phrase end that is not answered; 0 for none, 1 for full.
    """

    answers: float
    urge: float
    agreement: float
    depth: float
    beat: float
    smile: float
    smile_pulse: float
    smile_mimicry: float
    brow_raise: float
    brow_down: float
    frown: float
    press: float
    posture_mimicry: float
    lean: float
    chin: float
    tilt: float
    avert: float


STYLES: dict[Attitude, Style] = {
    Attitude.POSITIVE: Style(
        answers=0.66,
        urge=0.5,
        agreement=1.0,
        depth=5.2,
        beat=1.6,
        smile=0.46,
        smile_pulse=0.26,
        smile_mimicry=0.42,
        brow_raise=0.35,
        brow_down=0.0,
        frown=0.0,
        press=0.0,
        posture_mimicry=0.3,
        lean=0.012,
        chin=0.8,
        tilt=2.0,
        avert=0.0,
    ),
    Attitude.NEUTRAL: Style(
        answers=0.42,
        urge=0.19,
        agreement=1.0,
        depth=4.4,
        beat=1.5,
        smile=0.0,
        smile_pulse=0.08,
        smile_mimicry=0.15,
        brow_raise=0.2,
        brow_down=0.0,
        frown=0.0,
        press=0.0,
        posture_mimicry=0.2,
        lean=0.0,
        chin=0.0,
        tilt=1.5,
        avert=0.0,
    ),
    Attitude.NEGATIVE: Style(
        answers=0.36,
        urge=0.15,
        agreement=0.52,
        depth=4.1,
        beat=1.5,
        smile=0.0,
        smile_pulse=0.0,
        smile_mimicry=0.0,
        brow_raise=0.0,
        brow_down=0.22,
        frown=0.25,
        press=0.2,
        posture_mimicry=0.05,
        lean=-0.012,
        chin=-1.5,
        tilt=2.2,
        avert=1.0,
    ),
}
"""The style of each attitude; `vico describe` compares the resulting listeners with real people."""

PORTRAIT_RISE = 0.2
"""By how much a positive listener smiles at least more than its portrait."""
BROADEST_SMILE = 0.7
"""The broadest smile of a positive listener, which limits `PORTRAIT_RISE`."""
FAINTEST_SMILE = 0.01
"""The smile of a negative listener."""


def personal_styles(
    personality: Personality, portrait_smile: float, calm_smile: float
) -> NDArray[np.float64]:
    """Return the styles of one listener, scaled by its personality.

    Args:
        personality: the listener's personality.
        portrait_smile: the smile of its portrait.
        calm_smile: the smile of its calm face, from which the smiles of the styles are measured.

    Returns:
        (3, fields) a row per attitude, in the order of `STYLES`, and a column per field of `Style`.
    """
    glad = max(
        STYLES[Attitude.POSITIVE].smile * personality.expressivity, portrait_smile + PORTRAIT_RISE
    )
    smiles = {
        Attitude.POSITIVE: min(glad, BROADEST_SMILE) - calm_smile,
        Attitude.NEUTRAL: 0.0,
        Attitude.NEGATIVE: FAINTEST_SMILE - calm_smile,
    }
    return np.array(
        [
            style._replace(
                answers=style.answers * personality.responsiveness,
                urge=style.urge * personality.responsiveness,
                depth=style.depth * personality.amplitude,
                beat=style.beat * personality.beat,
                smile=smiles[attitude],
                smile_pulse=style.smile_pulse * personality.expressivity,
                smile_mimicry=style.smile_mimicry * personality.mimicry,
                brow_raise=style.brow_raise * personality.expressivity,
                brow_down=style.brow_down * personality.expressivity,
                frown=style.frown * personality.expressivity,
                press=style.press * personality.expressivity,
                posture_mimicry=style.posture_mimicry * personality.mimicry,
                tilt=style.tilt * personality.tilt,
            )
            for attitude, style in STYLES.items()
        ]
    )


def blended(styles: NDArray[np.float64], shares: Sequence[float]) -> Style:
    """Return the style of a mood: the rows of `personal_styles`, weighted by their shares."""
    return Style(*(np.array(shares) @ styles).tolist())
