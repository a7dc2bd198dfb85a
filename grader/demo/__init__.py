"""The class of `make demo`."""
