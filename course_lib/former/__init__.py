"""The form of exercises that sections 02 to 05 still have; section by section it goes."""
