"""Trains the learned listeners; needs torch."""
