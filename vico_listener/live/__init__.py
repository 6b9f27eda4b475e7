"""The parts of `vico live`: camera and microphone, and the view as a web page or a window."""
