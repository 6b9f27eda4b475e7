"""Reads and writes media and tracks: clips, films, audio files, bags and recorded motion."""
