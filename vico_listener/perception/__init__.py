"""Camera and audio in, one `SpeakerFrame` per tick of the model clock out."""

from vico_listener.perception.feed import Feed
from vico_listener.perception.join import JUMP_BACK_NS
from vico_listener.perception.join import Perception
from vico_listener.perception.mute import SPEAKING_TAIL

__all__ = ['JUMP_BACK_NS', 'SPEAKING_TAIL', 'Feed', 'Perception']
