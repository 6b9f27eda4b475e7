"""Plays what the listener says, where the parameter `vocal` asks for it, and says what it plays."""

from rclpy.lifecycle import LifecycleNode

from vico_listener.errors import VicoError
from vico_listener.listener.agent import ListeningAgent
from vico_listener.live.vocal_player import VocalPlayer
from vico_listener.live.vocal_player import player_for
from vico_listener.media.vocal_clips import VocalClip
from vico_listener.nodes.topics import advertise
from vico_listener.nodes.vocal_sound import TOPIC
from vico_listener.nodes.vocal_sound import vocal_message


class VocalOutput:
    """Lets an agent decide on vocal backchannels, and plays them.

    Args:
        node: its log says why nothing is played; it publishes each sound.
    """

    def __init__(self, node: LifecycleNode) -> None:
        self._node = node
        self._sounds = advertise(node, TOPIC)
        self._player: VocalPlayer | None = None
        self.problem = ''
        """Why nothing is played although it should be; '' if it is, or should not be."""

    def set(self, agent: ListeningAgent, vocal: str, folder: str) -> None:
        """Set what becomes of vocal backchannels.

        Where nothing can be played, the events tell of them all the same, and the log says why.

        Args:
            agent: who decides on them.
            vocal: `off`, `event` or `play`.
            folder: the folder of the clips; '' for those that eSpeak NG makes.
        """
        if self._player is not None:
            self._player.cancel()
        self._player, self.problem = None, ''
        agent.set_vocal(vocal != 'off')
        if vocal == 'play':
            try:
                self._player = player_for(agent, folder, self._tell)
            except VicoError as error:
                self.problem = (
                    f'vocal: sounds are announced on listener_event, but cannot be played: {error}'
                )
                self._node.get_logger().error(self.problem)

    def _tell(self, clip: VocalClip) -> None:
        """Publish what begins to be played, so that it is not taken for the person's voice."""
        stamp = self._node.get_clock().now().nanoseconds
        self._sounds.publish(vocal_message(clip.pcm(), stamp))

    def say(self, agent: ListeningAgent) -> None:
        """Play what the agent has decided to say in its last step."""
        if self._player is None:
            return
        for event in agent.events:
            self._player.say(event)
        problem = f'vocal: {self._player.problem}' if self._player.problem else ''
        if problem not in ('', self.problem):
            self._node.get_logger().error(problem)
        self.problem = problem
