"""From calls to bytes: the wire port and the engines below it."""
