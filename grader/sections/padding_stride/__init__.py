"""Section 02, padding and stride: its exercises, each defined once."""

TITLE = "Padding and stride"
VERSION = "2"
