"""Section 10, transfer learning: what its notebook is given. Its exercises are in `grader`."""
