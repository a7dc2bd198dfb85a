"""Section 09, efficient networks: its exercises, each defined once."""

TITLE = "Efficient networks"
VERSION = "1"
