"""The public test kit: fake backends, doors into the gateway, clocks and conformance suites."""
