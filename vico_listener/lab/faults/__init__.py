"""Trouble on purpose: a camera and a microphone that fail, and what the stack does then."""
