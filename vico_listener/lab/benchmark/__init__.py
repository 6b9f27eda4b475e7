"""Measures the speed of each stage beside a reference that is measured in the same run."""
