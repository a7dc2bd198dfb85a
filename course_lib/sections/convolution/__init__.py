"""Section 01, convolution: what its notebook is given. Its exercises are in `grader`."""
