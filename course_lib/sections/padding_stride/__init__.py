"""Section 02, padding and stride: what its notebook is given. Its exercises are in `grader`."""
