"""Text Anomaly Explorer: see a corpus of texts as a map, ask what is near and what does not belong."""

__version__ = "0.1.0"
