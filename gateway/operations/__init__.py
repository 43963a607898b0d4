"""What a plan is: the compiled form of an operation, as plain data that can be printed and compared."""
