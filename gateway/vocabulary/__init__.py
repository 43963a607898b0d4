"""What every stage of a request may know: errors, settings, identity, context, deadline, clock.

Nothing here imports another folder of the gateway.
"""
