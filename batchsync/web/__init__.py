"""The local page: what operations staff see of the program. Knows Job, no more than the command line does."""
