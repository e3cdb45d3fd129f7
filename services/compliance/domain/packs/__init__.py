"""Rule packs as data: what a pack may say, and what may be done with it."""
