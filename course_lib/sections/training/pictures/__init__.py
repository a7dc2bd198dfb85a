"""The figures of section 08, training."""
