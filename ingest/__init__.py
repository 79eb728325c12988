"""Sources to formats to one normal form to the store."""
