"""The paper's listener generator: its network, checkpoints and the runtimes that step it."""
