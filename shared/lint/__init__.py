"""The content linter: what words say, as tags that rule packs speak of. Pure; the phrase lists are data."""
