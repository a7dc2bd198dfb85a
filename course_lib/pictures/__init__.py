"""The figures of the sections, a module each. They draw with PyTorch's own operators or from
facts written down, never with the solution of an exercise."""
