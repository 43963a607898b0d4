"""What the gateway costs: CPU seconds of its process, the primary figure, for the example operations."""
