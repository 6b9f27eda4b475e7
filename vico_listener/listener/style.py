"""What an attitude does to the listener's behaviour."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.personality import Personality
from vico_listener.motion import Attitude


class Style(NamedTuple):
    """Behaviour at intensity 1.

    Attributes:
        answers: share of phrase ends that are answered with a head gesture.
        urge: head gestures per second of unbroken speech.
        agreement: 1 = every gesture is a nod, 0 = a shake, between: by how it was said.
        depth: peak-to-peak of a middling nod, deg.
        beat: peak-to-peak of a middling movement in phase with a stressed syllable, deg.
        smile: change of the calm face's smile; `smile_pulse` what it grows by at an answer.
        smile_mimicry: share of the speaker's smile that is returned.
        brow_raise: brows raised at a surprise.
        brow_down, frown, press: channels of displeasure.
        posture_mimicry: share of the speaker's head posture that is taken over.
        lean: displacement forward, m.
        chin: pitch of the posture, deg (positive = down).
        tilt: slow tilts and turns of the head, deg.
        avert: looks aside at an opportunity that passes unanswered.
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
"""The three attitudes; `vico describe` holds what they make of a listener beside real people."""

PORTRAIT_RISE = 0.2
"""A positive listener smiles at least this much more than its portrait..."""
BROADEST_SMILE = 0.7
"""...up to this smile."""
FAINTEST_SMILE = 0.01
"""What a negative listener's smile falls to."""


def personal_styles(
    personality: Personality, portrait_smile: float, calm_smile: float
) -> NDArray[np.float64]:
    """The styles of one listener: scaled by its personality, smiles fitted to its portrait.

    Returns:
        A row per attitude, in the order of `STYLES`, a column per field of `Style`.
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
    """The style of a mood: `styles` are those of `personal_styles`, weighted by their shares."""
    return Style(*(np.array(shares) @ styles).tolist())
