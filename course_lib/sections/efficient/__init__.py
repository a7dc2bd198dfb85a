"""Section 09, efficient networks: what its notebook is given. Its exercises are in `grader`."""
