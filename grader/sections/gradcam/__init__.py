"""Section 11, Grad-CAM: its exercises, each defined once."""

TITLE = "Grad-CAM"
VERSION = "1"
