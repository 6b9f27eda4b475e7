"""Deep3DFaceRecon, which fits the 257 coefficients of BFM-2009 to an aligned image of a face."""
