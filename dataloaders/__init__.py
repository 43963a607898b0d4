"""Where values come from: one module per backend, with its records, its loaders and its writes."""
