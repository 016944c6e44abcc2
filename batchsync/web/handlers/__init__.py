"""HTTP handlers of the page, one module per subject."""
