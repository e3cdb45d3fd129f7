"""Templates of messages: what they may hold, how they read, and who may approve them. Pure."""
