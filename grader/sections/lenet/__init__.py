"""The exercises of section lenet."""
