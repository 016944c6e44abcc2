"""Writes the small workbooks of the finance commands with pandas and openpyxl; both are imported only here, when needed."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

Cell = str | int | None
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_workbook(path: Path, sheets: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Cell]]]]) -> None:
    """Write a sheet of headers and rows each. Integers stay integers; texts are never formulas. Raises OSError."""
    import pandas as pd

    buffer = BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, (headers, rows) in sheets.items():
            cells = [
                [_ILLEGAL.sub("", cell) if isinstance(cell, str) else cell for cell in row] for row in rows
            ]
            frame = pd.DataFrame(cells, columns=list(headers), dtype=object)
            frame.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            for column in writer.sheets[name].iter_cols():
                writer.sheets[name].column_dimensions[column[0].column_letter].width = 24
                for cell in column:
                    if cell.data_type == "f":
                        cell.data_type = "s"
    path.write_bytes(buffer.getvalue())
