"""The mapping document: which column is which field, and how its texts are to be read."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, model_validator

from services.intake.uploads.forms import FORMS, Kind, Reads, names
from shared.web.inputs import Input

Text = Annotated[str, Field(min_length=1, max_length=200)]
Encoding = Literal["auto", "utf-8", "gb18030"]


class Mapping(Input):
    """How a file is read. What is left out is as in the template of the form."""

    columns: dict[str, Text] = Field(default={}, description="Field to the column's header")
    constants: dict[str, Text] = Field(default={}, description="Field to the value that every row has")
    values: dict[str, dict[str, Text]] = Field(
        default={}, description="Field to your words and those of the contract for them"
    )
    dates: Text | None = Field(default=None, description="As in strptime: %d/%m/%Y; ISO 8601 if left out")
    times: Text | None = Field(default=None, description="As in strptime, for instants")
    zone: Text | None = Field(default=None, description="Of times without an offset; the bank's if left out")
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ",", ".", " ", "'"] = ""
    encoding: Encoding = "auto"
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(default=None, description="CSV; found if left out")
    sheet: Text | None = Field(default=None, description="XLSX; the first one if left out")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.zone is not None and self.zone not in available_timezones():
            raise ValueError("zone is not the name of an IANA time zone")
        if self.decimal_mark == self.thousands_mark:
            raise ValueError("decimal_mark and thousands_mark are the same")
        return self

    def problems(self, kind: Kind) -> list[tuple[str, str]]:
        """What does not fit to the form: (member, sentence)."""
        known = names(kind)
        found = []
        for member, given in (
            ("columns", self.columns),
            ("constants", self.constants),
            ("values", self.values),
        ):
            found += [
                (f"{member}.{name}", f"{kind} have no such field; they have {', '.join(known)}")
                for name in given
                if name not in known
            ]
        doubled = sorted(self.columns.keys() & self.constants.keys())
        found += [(f"constants.{name}", "the field is mapped to a column as well") for name in doubled]
        texts = {field.name for field in FORMS[kind] if field.reads is Reads.TEXT}
        found += [
            (f"values.{name}", "only fields with words have words of yours")
            for name in self.values
            if name in known and name not in texts
        ]
        return found

    def column(self, name: str) -> str:
        """The header of the column of a field."""
        return self.columns.get(name, name)

    def where(self, bank: ZoneInfo) -> ZoneInfo:
        """The zone of times without an offset."""
        return bank if self.zone is None else ZoneInfo(self.zone)
