"""The only rooms that read the outside world: tables and boundaries, as they are, without judging them."""
