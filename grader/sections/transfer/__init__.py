"""Section 10, transfer learning: its exercises, each defined once."""

TITLE = "Transfer learning"
VERSION = "1"
