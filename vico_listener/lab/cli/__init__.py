"""The sub-commands of `vico` that belong to the laboratory."""
