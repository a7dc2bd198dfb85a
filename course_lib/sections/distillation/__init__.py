"""Section 13, distillation: what its notebook is given. Its exercises are in `grader`."""
