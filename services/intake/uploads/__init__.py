"""Files of accounts, payments or customers: taken in, read in bounded memory, applied in batches."""
