"""Section 13, distillation: its exercises, each defined once."""

TITLE = "Distillation"
VERSION = "1"
