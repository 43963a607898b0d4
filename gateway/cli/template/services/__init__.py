"""Services of our own, each by itself: nothing in here imports the graph or another service."""
