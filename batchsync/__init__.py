"""Sends the orders of a spreadsheet to a paid sync API: never pays twice, never loses a row."""

__version__ = "0.1.0"
