"""Scores what others made: folders of generated videos, or of predicted coefficients."""
