"""The tamper-evident log, pure part: RFC 6962 hashing with C2SP formats on the outside.

Nothing here reads a clock, a file, a database or a source of randomness.
"""
