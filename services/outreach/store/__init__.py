"""All SQL of outreach, one module a subject."""
