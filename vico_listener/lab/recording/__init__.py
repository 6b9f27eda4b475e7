"""Writes what a demo leaves behind: film, preview, tables and report."""
