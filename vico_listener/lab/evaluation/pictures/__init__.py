"""Measures how good rendered pictures are: similarity, sharpness, and their distribution."""
