"""The local page: what operations staff use of the program."""
