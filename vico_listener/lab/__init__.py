"""The laboratory around the head: data sets, training, evaluation, study, benchmark, simulation.

Nothing of it is needed by a robot at work; the head imports nothing from here.
"""
