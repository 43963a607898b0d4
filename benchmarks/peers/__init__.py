"""What the gateway is measured beside: each serves the same graph over the same upstream."""
