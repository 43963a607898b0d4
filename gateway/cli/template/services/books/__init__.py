"""The books service: `python -m services.books --port 8101`."""
