"""What a field means: one declaration or function per field, and no I/O."""
