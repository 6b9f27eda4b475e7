"""Listeners side by side on a data set: generation, scores, tables and pictures of `evaluate`."""
