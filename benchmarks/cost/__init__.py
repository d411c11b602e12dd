"""What the engine costs beside the bare statements: what its benchmarks have in common."""
