"""The status API of strategy and its commands."""
