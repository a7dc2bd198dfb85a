"""Section 06, VGG: what its notebook is given. Its exercises are in `grader`."""
