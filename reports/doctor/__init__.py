"""What is wrong with a store, what is unknown, and what to do about it."""
