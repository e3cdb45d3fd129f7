"""The `recoup` command: the composition root, the only place that knows all five services."""

__version__ = "0.1.0"
