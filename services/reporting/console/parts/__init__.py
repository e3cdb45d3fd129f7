"""The parts of the page: each builds itself once and then shows snapshots."""
