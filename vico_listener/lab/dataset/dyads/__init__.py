"""Synthetic dyads: a speaker made up from speech, and a listener who answers by the rules.

Not recordings of people: they show a network what `rules` would do, no more.
"""
