"""What the services stand on: events, parameters, pages, one SQLite file, a plain HTTP front. Standard library only.

Each service could be a repository of its own; this would be the package that they share.
"""
