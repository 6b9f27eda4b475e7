"""Looks at a machine and a running graph, and says what is missing or wrong, with the remedy."""
