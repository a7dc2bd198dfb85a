"""Section 03, channels: its exercises, each defined once."""

TITLE = "Channels"
VERSION = "2"
