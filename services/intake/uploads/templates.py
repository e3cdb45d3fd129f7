"""Empty forms to fill in: a header and one example row."""

import csv
import io

from services.intake.uploads.forms import FORMS, Format, Kind

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BOM = "\ufeff"
"""So that a spreadsheet opens the file as UTF-8."""


def template(kind: Kind, form: Format) -> tuple[bytes, str]:
    """The file and its media type. KeyError for formats that have no form."""
    rows = [[field.name for field in FORMS[kind]], [field.example for field in FORMS[kind]]]
    if form is Format.CSV:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        return (_BOM + text.getvalue()).encode(), "text/csv; charset=utf-8"
    if form is Format.XLSX:
        return _workbook(kind, rows), XLSX_TYPE
    raise KeyError(form)


def _workbook(kind: Kind, rows: list[list[str]]) -> bytes:
    # Loaded only where such a file is made.
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook(write_only=True)
    sheet = book.create_sheet(kind)
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
