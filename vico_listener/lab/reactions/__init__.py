"""Puts events into a speaker's face and voice, and measures what a listener does about them."""
