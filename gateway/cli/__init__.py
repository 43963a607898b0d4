"""The command line. It is never imported by the server or the Lambda handler."""
