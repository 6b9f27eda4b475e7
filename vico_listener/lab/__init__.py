"""The laboratory around the head: data sets, training, evaluation, study, benchmark, simulation.

A robot at work does not need any of it, and the head does not import anything from here.
"""
