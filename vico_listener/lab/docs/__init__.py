"""Documentation that is made from the code: tables in Markdown, and the parameter file."""
