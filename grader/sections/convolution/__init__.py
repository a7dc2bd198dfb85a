"""Section 01, convolution: its exercises, each defined once."""

TITLE = "Convolution"
VERSION = "2"
