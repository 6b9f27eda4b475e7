"""Injects faults: a camera and a microphone that fail, and checks of what the stack does then."""
