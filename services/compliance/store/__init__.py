"""All SQL of the service: what each statement locks, and in which order, is said here.

Order of locks, the same for every transaction: persons, attempts, then the log's head, then the lanes.
"""
