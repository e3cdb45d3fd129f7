"""Uploads as callers see them. No view holds anything of the file but its columns' names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.intake.uploads.forms import Format, Kind, Mode
from services.intake.uploads.mapping import Mapping
from services.intake.uploads.store import Status, Upload
from shared.web.inputs import Input


class UploadForm(Input):
    """The part `document` of an upload."""

    kind: Kind
    format: Format | None = Field(default=None, description="Found by name and content if left out")
    mode: Mode = Mode.ALL_OR_NOTHING
    mapping: Mapping = Field(default_factory=Mapping)


class UploadView(BaseModel):
    """A file and how far it is worked off."""

    upload_id: str
    kind: Kind
    format: Format
    mode: Mode
    status: Status
    digest: str = Field(description="SHA-256 of the file")
    bytes: int
    uploaded_by: str
    uploaded_at: datetime
    finished_at: datetime | None
    line: int = Field(description="The last line that is worked off")
    lines: int | None = Field(description="Of the file; null until a worker has looked")
    applied: int = Field(description="Events applied")
    repeats: int = Field(description="Events that were applied before, from another file or door")
    refused: int = Field(description="Rows that are not applied; /errors says why")

    @classmethod
    def of(cls, upload: Upload) -> UploadView:
        """The view of an upload."""
        kind, form, mode, _ = upload.how
        return cls(
            upload_id=upload.upload_id,
            kind=kind,
            format=form,
            mode=mode,
            status=Status(upload.status),
            digest=upload.digest,
            bytes=upload.bytes,
            uploaded_by=upload.uploaded_by,
            uploaded_at=upload.uploaded_at,
            finished_at=upload.finished_at,
            line=upload.position,
            lines=upload.lines,
            applied=upload.applied,
            repeats=upload.repeats,
            refused=upload.refused,
        )


class RowErrorView(BaseModel):
    """What is wrong with a row."""

    line: int = Field(description="Of the file, from 1; 0 for the file itself")
    number: int = Field(description="Of the errors of this line")
    field: str = Field(description="The column, as the file calls it")
    message: str
    remedy: str

    @classmethod
    def of(cls, row: Row[Any]) -> RowErrorView:
        """The view of a kept error."""
        return cls(line=row.line, number=row.number, field=row.field, message=row.message, remedy=row.remedy)
