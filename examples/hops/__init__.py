"""One page, answered in the three ways of the architecture's table. `README.md` beside this says how to read it."""
