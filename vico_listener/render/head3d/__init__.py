"""The renderer `head3d`: draws a three-dimensional head from a mesh, a target per coefficient."""
