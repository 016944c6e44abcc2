"""A workbook under XlsxWriter's hands, in our colours."""

import io
from typing import Any

from batchsync.messages import Lang

INK, SOFT, LINE, BAND = "#1F2937", "#6B7280", "#D1D5DB", "#F3F4F6"
ACCENT, ALARM, ALARM_FILL = "#1F4E78", "#9C0006", "#FFC7CE"
CALM, CALM_FILL, LOOK, LOOK_FILL = "#006100", "#C6EFCE", "#7F3F00", "#FFE699"


class ReportWorkbook:
    """A workbook under XlsxWriter's hands: text is only ever written as text."""

    def __init__(self, font: str) -> None:
        import xlsxwriter  # a third of a second, and only results need it

        self._file = io.BytesIO()
        self._font = font
        self.book: Any = xlsxwriter.Workbook(
            self._file,
            {
                "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                "strings_to_numbers": False, "in_memory": False,
            },
        )  # fmt: skip
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **wanted: object) -> Any:
        """Return a format, the same one for the same wishes."""
        told = {"font_name": self._font, "font_color": INK, "valign": "vcenter", **wanted}
        key = tuple(sorted(told.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(told)
        return self._formats[key]

    def finished(self) -> bytes:
        """Close the workbook and return its bytes."""
        self.book.close()
        return self._file.getvalue()


def font_for(lang: Lang) -> str:
    """Return a font that every Excel and WPS has and that shows the language well."""
    return "微软雅黑" if lang is Lang.ZH else "Calibri"
