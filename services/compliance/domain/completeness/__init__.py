"""Whether every contact that a provider made has its decision in the log, and the other way round; pure."""
