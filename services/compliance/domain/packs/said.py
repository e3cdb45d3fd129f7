"""The strictness of all that packs and calendars say."""

import msgspec


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a pack; a field that is not of the schema is an error."""
