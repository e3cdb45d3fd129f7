"""Evidence for a court or a regulator: which leaves belong to a case, and the bundle that proves them."""
