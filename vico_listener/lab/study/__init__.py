"""Runs the paper's user study: a static page with two double-blind tests, and its Table 6."""
