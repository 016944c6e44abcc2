"""What `make bench` runs: each goal of speed as a ratio against a plain way of doing the same, in the same rounds."""
