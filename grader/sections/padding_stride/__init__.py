"""The exercises of section padding_stride."""
