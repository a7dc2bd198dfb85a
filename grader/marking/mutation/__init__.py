"""Mutants by machine: solutions with one small mistake, each of which the questions must find."""
