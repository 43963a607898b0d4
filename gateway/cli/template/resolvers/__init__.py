"""What fields mean: one declaration or function per field, no I/O."""
