"""Compares listeners on a data set: generation, scores, tables and images of `vico evaluate`."""
