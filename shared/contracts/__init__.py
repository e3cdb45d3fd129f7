"""Every event and topic of the platform, typed once.

Services meet only here: an event is a frozen msgspec struct with a `type_` (its CloudEvents type), a
topic says who owns it, what its key is and which events it carries (`shared.contracts.topics`).
"""
