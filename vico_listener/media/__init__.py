"""What reads and writes media and tracks: clips, films, sound files, bags, recorded motion."""
