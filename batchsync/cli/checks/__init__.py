"""The checks that `doctor` runs, one module per subject."""
