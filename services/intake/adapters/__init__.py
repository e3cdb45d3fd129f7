"""Other systems' events, said in our contract's words."""
