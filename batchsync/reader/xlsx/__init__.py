"""Excel workbooks (.xlsx, .xlsm), streamed."""
