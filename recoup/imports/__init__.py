"""Core-bank events out of files: readers of formats, and the publisher."""
