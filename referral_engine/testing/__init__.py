"""What a plugin is tested with: an engine in a box, a clock that stands, a system that fails."""
