"""Recordings: clips of speakers, as files."""
