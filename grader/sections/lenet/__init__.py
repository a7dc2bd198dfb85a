"""Section 05, LeNet: its exercises, each defined once."""

TITLE = "LeNet"
VERSION = "2"
