"""An invented practice by seed: the same seed, day and size give the same trees, byte by byte."""
