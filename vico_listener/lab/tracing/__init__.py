"""Follows single camera images through the running stack, and shows where their time goes."""
