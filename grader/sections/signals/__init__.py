"""Section 14, signals: its exercises, each defined once."""

TITLE = "Signals"
VERSION = "1"
