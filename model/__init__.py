"""The vocabulary all share: schemas, units, settings, the metric registry, errors."""
