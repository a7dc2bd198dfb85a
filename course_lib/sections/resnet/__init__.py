"""Section 07, ResNet: what its notebook is given. Its exercises are in `grader`."""
