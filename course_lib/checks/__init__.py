"""Checks: questions to the learner's object, and the verdict on what comes back."""
