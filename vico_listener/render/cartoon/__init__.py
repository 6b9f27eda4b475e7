"""The renderer `cartoon`: a stylised face of flat shapes, described once for Python and browser."""
