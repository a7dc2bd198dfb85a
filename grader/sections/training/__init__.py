"""Section 08, training: its exercises, each defined once."""

TITLE = "Training"
VERSION = "1"
