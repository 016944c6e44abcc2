"""Writes the small workbooks of the finance commands with pandas and openpyxl; both are imported only here, when needed."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

Cell = str | int | None
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_workbook(
    path: Path,
    sheets: Mapping[str, tuple[Sequence[str], Sequence[Sequence[Cell]]]],
    chart: tuple[str, Mapping[int, str]] | None = None,
) -> None:
    """Write a sheet of headers and rows each. Integers stay integers; texts are never formulas. Raises OSError.

    `chart` draws columns of the first sheet as stacked bars: a title, and colours by column number from 1.
    """
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
        if chart is not None:
            _add_chart(next(iter(writer.sheets.values())), *chart)
    path.write_bytes(buffer.getvalue())


def _add_chart(sheet: Any, title: str, colours: Mapping[int, str]) -> None:
    from openpyxl.chart import BarChart, Reference

    chart = BarChart()
    chart.title, chart.grouping, chart.overlap = title, "stacked", 100
    chart.width, chart.height, chart.legend.position = 24, 9, "b"
    for column in colours:
        chart.add_data(
            Reference(sheet, min_col=column, min_row=1, max_row=sheet.max_row), titles_from_data=True
        )
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=max(2, sheet.max_row)))
    for series, colour in zip(chart.series, colours.values(), strict=True):
        series.graphicalProperties.solidFill = colour
    sheet.add_chart(chart, f"{sheet.cell(1, sheet.max_column + 2).column_letter}2")
