"""May it run, and for whom: the operation asked for, the identity of who asks."""
