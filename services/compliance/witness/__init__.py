"""The witness: a process under another administration that cosigns checkpoints of logs that only grew.

It shares the pure part of the log with compliance and nothing else: no database, no settings, no key.
"""
