"""Data sets: features of clips, the layouts of ViCo, synthetic dyads, and bags."""
