"""Generates documentation from the code: tables in Markdown, and the parameter file."""
