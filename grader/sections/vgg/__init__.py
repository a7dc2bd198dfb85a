"""Section 06, VGG: its exercises, each defined once."""

TITLE = "VGG"
VERSION = "1"
