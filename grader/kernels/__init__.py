"""Kernels that are warm and walled in: where learners' code runs while it is graded.

One process inside bubblewrap has imported what notebooks import (`warm`); each kernel is forked
from it, behind walls of its own, for one notebook (`inside`). `provisioner` is what Jupyter's
clients see of that.
"""
