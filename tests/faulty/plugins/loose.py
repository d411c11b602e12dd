"""A module that should have been a package."""
