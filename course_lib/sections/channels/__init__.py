"""Section 03, channels: what its notebook is given. Its exercises are in `grader`."""
