"""Deep3DFaceRecon: an aligned picture of a face in, the 257 coefficients of BFM-2009 out."""
