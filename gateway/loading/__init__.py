"""From loads to calls: who asks for what is gathered, sent together, aligned and kept for the request."""
