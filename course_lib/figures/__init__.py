"""Still and moving pictures, and what they are made of."""
