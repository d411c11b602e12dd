"""A package without a hook."""
