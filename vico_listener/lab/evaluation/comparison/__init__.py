"""Compares listeners on a data set: generation, scores, tables and pictures of `vico evaluate`."""
