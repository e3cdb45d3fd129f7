"""Scoring (register row C12): what a repayment history says of the next month."""
