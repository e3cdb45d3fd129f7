"""Complaints about collection: their states, clocks, four eyes and consequences. All pure."""
