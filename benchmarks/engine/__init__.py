"""The permutation engine beside its peers: seconds, peak memory and first calls, by units and permutations."""
