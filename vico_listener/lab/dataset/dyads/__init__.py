"""Synthetic dyads: a speaker generated from speech, and a listener who answers by the rules.

They are not recordings of people: they only show a network what `rules` would do.
"""
