"""Runs networks by onnxruntime or torch, and reads pretrained weights safely and strictly."""
