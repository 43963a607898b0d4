"""The public declarations. They are inert: they describe, hold no state and do no I/O."""
