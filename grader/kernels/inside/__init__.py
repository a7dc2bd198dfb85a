"""What runs inside bubblewrap. Learners' code can read these files, and imports none of the grader.

They are the sandbox's whole view of the grader, so they import only what kernels have.
"""
