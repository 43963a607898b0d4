"""The application: an engine, and the Starlette app in front of it."""
