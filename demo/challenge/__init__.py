"""A page like the public RPA Challenge, written anew: 10 rounds of 7 fields whose places and ids change each round."""
