"""HTTP: status queries, a collector's records, and what providers tell us."""
