"""Section 08, training: what its notebook is given. Its exercises are in `grader`."""
