"""From an operation to its result."""
