"""Policies as documents: read, checked, composed, compared, and which of them is in force when."""
