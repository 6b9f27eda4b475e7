"""The style of each attitude: how it changes the listener's behaviour."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.mood import Mood
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
        again: the share of nods that are soon followed by another one.
        nod_answers: the share of the speaker's nods that are answered with a nod.
        smile: the change of the calm face's smile between two smiles.
        smile_share: the share of answers with a nod that a smile goes with.
        smile_pulse: the size of these smiles on average.
        smile_answers: the share of the speaker's smiles that are answered.
        smile_mimicry: the size of the answers on average.
        laugh: the size of the answer to a laugh.
        brow_raise: by how much a surprise raises the brows.
        thought: the size of what the face shows in thought.
        concern: the size of the worry about an unhappy speaker.
        sternness: by how much an unhappy speaker makes the face sterner.
        refusal: the size of the displeasure at what is refused.
        brow_down, frown, press: the channels of lasting displeasure.
        posture_mimicry: the share of the speaker's head posture that is returned.
        lean: the displacement of the head forward, m.
        chin: the pitch of the posture, deg; positive is down.
        tilt: the size of slow tilts and turns of the head, deg.
        avert: the size of the glance at a phrase end that is not answered; 0 for none, 1 for full.
        friendliness, reserve: how much the listener bears itself so, see `bearing`.
    """

    answers: float
    urge: float
    agreement: float
    depth: float
    beat: float
    again: float
    nod_answers: float
    smile: float
    smile_share: float
    smile_pulse: float
    smile_answers: float
    smile_mimicry: float
    laugh: float
    brow_raise: float
    thought: float
    concern: float
    sternness: float
    refusal: float
    brow_down: float
    frown: float
    press: float
    posture_mimicry: float
    lean: float
    chin: float
    tilt: float
    avert: float
    friendliness: float
    reserve: float


STYLES: dict[Attitude, Style] = {
    Attitude.POSITIVE: Style(
        answers=0.68,
        urge=0.2,
        agreement=1.0,
        depth=5.2,
        beat=1.6,
        again=0.34,
        nod_answers=0.8,
        smile=0.2,
        smile_share=0.6,
        smile_pulse=0.45,
        smile_answers=0.85,
        smile_mimicry=0.65,
        laugh=0.75,
        brow_raise=0.5,
        thought=0.6,
        concern=0.7,
        sternness=0.0,
        refusal=0.0,
        brow_down=0.0,
        frown=0.0,
        press=0.0,
        posture_mimicry=0.32,
        lean=0.012,
        chin=0.8,
        tilt=2.0,
        avert=0.0,
        friendliness=1.0,
        reserve=0.0,
    ),
    Attitude.NEUTRAL: Style(
        answers=0.42,
        urge=0.12,
        agreement=1.0,
        depth=4.3,
        beat=1.5,
        again=0.32,
        nod_answers=0.55,
        smile=0.0,
        smile_share=0.3,
        smile_pulse=0.23,
        smile_answers=0.38,
        smile_mimicry=0.22,
        laugh=0.34,
        brow_raise=0.4,
        thought=1.0,
        concern=0.35,
        sternness=0.0,
        refusal=0.0,
        brow_down=0.0,
        frown=0.0,
        press=0.0,
        posture_mimicry=0.26,
        lean=0.0,
        chin=0.0,
        tilt=1.5,
        avert=0.0,
        friendliness=0.0,
        reserve=0.0,
    ),
    Attitude.NEGATIVE: Style(
        answers=0.36,
        urge=0.13,
        agreement=0.5,
        depth=5.8,
        beat=1.5,
        again=0.12,
        nod_answers=0.0,
        smile=0.0,
        smile_share=0.0,
        smile_pulse=0.0,
        smile_answers=0.0,
        smile_mimicry=0.0,
        laugh=0.0,
        brow_raise=0.15,
        thought=1.0,
        concern=0.0,
        sternness=0.35,
        refusal=0.35,
        brow_down=0.16,
        frown=0.2,
        press=0.12,
        posture_mimicry=0.05,
        lean=-0.012,
        chin=-1.5,
        tilt=2.2,
        avert=0.8,
        friendliness=0.0,
        reserve=1.0,
    ),
}
"""The style of each attitude; `vico describe` compares the resulting listeners with real people."""

BROADEST_SMILE = 0.32
"""The broadest smile of a positive listener between two smiles, whatever its portrait does."""
MOST_AGAIN = 1.4
"""The largest factor of a personality by which nods follow one another more often."""
MOST_ANSWERS = 0.95
"""The largest share of phrase ends, or of the speaker's nods, that is answered."""
MOST_MIMICRY = 0.8
"""The broadest smile with which a personality answers a smile or a laugh, on average."""
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
    glad = max(STYLES[Attitude.POSITIVE].smile * personality.expressivity, portrait_smile)
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
                again=style.again * min(personality.responsiveness, MOST_AGAIN),
                nod_answers=style.nod_answers * personality.mimicry,
                smile_pulse=style.smile_pulse * personality.expressivity,
                smile_mimicry=min(style.smile_mimicry * personality.mimicry, MOST_MIMICRY),
                laugh=min(style.laugh * personality.mimicry, MOST_MIMICRY),
                thought=style.thought * personality.expressivity,
                concern=style.concern * personality.expressivity,
                sternness=style.sternness * personality.expressivity,
                refusal=style.refusal * personality.expressivity,
                brow_raise=style.brow_raise * personality.expressivity,
                brow_down=style.brow_down * personality.expressivity,
                frown=style.frown * personality.expressivity,
                press=style.press * personality.expressivity,
                posture_mimicry=style.posture_mimicry * personality.mimicry,
                tilt=style.tilt * personality.tilt,
                friendliness=style.friendliness * personality.expressivity,
                reserve=style.reserve * personality.expressivity,
            )
            for attitude, style in STYLES.items()
        ]
    )


def blended(styles: NDArray[np.float64], mood: Mood) -> Style:
    """Return the style of a mood: the rows of `personal_styles`, weighted by their shares."""
    style = Style(*(np.array(mood.shares) @ styles).tolist())
    rate, mimicry = mood.gesture_rate, mood.mimicry
    if rate == 1.0 and mimicry == 1.0:
        return style
    return style._replace(
        answers=min(style.answers * rate, MOST_ANSWERS),
        urge=style.urge * rate,
        nod_answers=min(style.nod_answers * rate * mimicry, MOST_ANSWERS),
        smile_mimicry=style.smile_mimicry * mimicry,
        laugh=style.laugh * mimicry,
        posture_mimicry=style.posture_mimicry * mimicry,
    )
