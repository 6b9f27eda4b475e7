"""Deep3DFaceRecon over whole clips: coefficients and meshes."""
