"""Section 07, ResNet: its exercises, each defined once."""

TITLE = "ResNet"
VERSION = "1"
