"""Opens a user's spreadsheet, whatever it is, behind a wall."""
