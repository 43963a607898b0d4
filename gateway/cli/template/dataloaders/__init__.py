"""Where values come from: records, backends, loaders."""
