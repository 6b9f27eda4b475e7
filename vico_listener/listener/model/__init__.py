"""The paper's listener generator as a network: configuration, vectors, checkpoints, runtimes."""
