"""Runs Deep3DFaceRecon on whole clips: coefficients and meshes."""
