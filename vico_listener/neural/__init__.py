"""Running networks by onnxruntime or torch, and reading pretrained ones safely and strictly."""
