"""All SQL of strategy."""
