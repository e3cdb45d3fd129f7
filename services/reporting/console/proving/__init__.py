"""What the console checks for itself: signatures of checkpoints and proofs of the audit log."""
