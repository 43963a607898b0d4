"""Search, as a third party sells it: HTTP, an API key, a rate limit, and a way to go. Standard library only."""
