"""What the steps of a submission's way tell each other in the metadata of cells."""

SKIPPED = "course_skipped"
"""This cell is not executed while grading, because it is as it was released."""

RELEASED = "course_released"
"""This cell, none of nbgrader's, is as it was released: nothing in it is the learner's."""

STOPPED = "course_stopped"
"""Why a cell was not executed to its end."""

ENDED_BEFORE = "the run had ended before this cell"
"""Stands there for what comes after a kernel's second death."""

LENT = "course_lent"
"""What a check's cell put out when the notebook ran on stand-ins of the exercises it needs."""

LOST = "course_lost"
"""This answer's cell was not in the submission; another of the learner's may hold the answer."""
