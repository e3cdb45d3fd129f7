"""HTTP: the synchronous door, redemptions, holds, decisions with their proofs, and the log itself."""
