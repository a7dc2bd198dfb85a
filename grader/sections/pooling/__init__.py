"""Section 04, pooling: its exercises, each defined once."""

TITLE = "Pooling"
VERSION = "2"
