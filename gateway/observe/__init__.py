"""What happened: one record a call feeds receipts and logs."""
