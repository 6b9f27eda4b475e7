"""Turns public corpora, each in its own published layout, into data sets in the layout of ViCo."""
