"""Section 05, LeNet: what its notebook is given. Its exercises are in `grader`."""
