"""Trying it out in front of a camera: sources of picture and sound, page and window."""
