"""Networks that several sections use."""
