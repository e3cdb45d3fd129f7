"""Providers' own records of our contacts: fetched as statements, or taken from files."""
