"""From the tables of a file to a plan: one verdict for each order. Pure."""
