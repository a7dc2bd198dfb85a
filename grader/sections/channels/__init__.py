"""The exercises of section channels."""
