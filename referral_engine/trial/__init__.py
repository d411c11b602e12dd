"""Trying things out in virtual time: an engine in a box, rule tests, stories."""
