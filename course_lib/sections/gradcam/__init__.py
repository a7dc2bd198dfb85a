"""Section 11, Grad-CAM: what its notebook is given. Its exercises are in `grader`."""
