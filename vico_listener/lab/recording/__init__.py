"""What a demo leaves behind: film, preview picture, tables and report."""
