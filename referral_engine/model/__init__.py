"""The nouns of the field, frozen and typed; no behaviour beyond what a value knows of itself."""
