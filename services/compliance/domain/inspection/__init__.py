"""Inspection of what was said and written to persons: samples, findings, scores, violations. All pure."""
