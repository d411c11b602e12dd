"""Fails as a package with a missing dependency does."""

raise RuntimeError("the bureau's library is not installed")
