"""What runs inside bubblewrap. Learners' code can read these files, and imports none of the grader.

They are the sandbox's whole view of the grader, so they import only what kernels have.
"""

CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
"""A kernel's sockets, in the order in which they are handed over; their ports count from 1."""
