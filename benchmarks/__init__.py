"""Benchmarks: the whole pipeline, the floor below it and the usual way beside it, on the same parts."""
