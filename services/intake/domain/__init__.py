"""Intake's decisions, pure: what became of a debt, and who is tied to it."""
