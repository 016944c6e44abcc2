"""What reader and writer share of Office files: packages, XML editing, references, zip writing."""
