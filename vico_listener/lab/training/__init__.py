"""Training of the learned listeners; needs torch."""
