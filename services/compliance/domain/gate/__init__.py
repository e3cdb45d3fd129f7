"""The gate: may this contact be made now? Pure functions of request, facts and packs."""
