"""Nodes that record what the stack answers."""
