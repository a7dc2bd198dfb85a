"""The hidden half of exercises in the form that sections 02 to 05 still have."""
