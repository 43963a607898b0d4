"""The catalogue service, over HTTP: courses, their lectures, and a search. `python -m services.catalogue` runs it."""
