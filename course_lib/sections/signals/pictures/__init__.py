"""The figures of section 14, signals."""
