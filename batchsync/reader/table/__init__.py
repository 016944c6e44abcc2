"""Where a table stands in a sheet, and which columns it has."""
