"""Section 04, pooling: what its notebook is given. Its exercises are in `grader`."""
