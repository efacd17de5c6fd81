"""Texts to vectors: the local model in onnxruntime, or a server."""
