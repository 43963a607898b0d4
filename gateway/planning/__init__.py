"""From an operation to its plan, and what a plan tells before it runs: its steps, hops, calls and budget."""
