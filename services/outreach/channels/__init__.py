"""The ways out of the bank: one adapter a provider, all behind one port."""
