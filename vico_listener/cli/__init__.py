"""The `vico` command."""
