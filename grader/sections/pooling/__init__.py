"""The exercises of section pooling."""
