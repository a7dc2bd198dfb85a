"""Section 12, adversarial examples: its exercises, each defined once."""

TITLE = "Adversarial examples"
VERSION = "1"
