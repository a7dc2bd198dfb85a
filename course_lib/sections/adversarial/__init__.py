"""Section 12, adversarial examples: what its notebook is given. Its exercises are in `grader`."""
