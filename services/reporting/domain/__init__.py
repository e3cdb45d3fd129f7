"""What reporting knows without a database: how events fold into rows, and what each figure means."""
