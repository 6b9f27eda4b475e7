"""The renderer `head3d`: draws a three-dimensional head from a mesh with a target per coefficient."""
