"""Section 14, signals: what its notebook is given. Its exercises are in `grader`."""
