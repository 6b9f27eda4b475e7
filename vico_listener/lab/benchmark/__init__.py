"""Speed of each stage, with a reference measured in the same run."""
