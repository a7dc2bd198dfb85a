"""The exercises of section convolution."""
