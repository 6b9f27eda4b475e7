"""The parts of `vico live` and `vico face`: camera, microphone, window, and local web pages."""
