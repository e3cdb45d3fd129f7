"""What callers of a case's evidence send and get."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from shared.web.inputs import Input, ShortText

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 in lower-case hexadecimal")]


class NewExport(Input):
    """Whose evidence, why, and how much of it."""

    case_id: str = Field(min_length=1, max_length=64)
    reason: ShortText = Field(description="On whose request, as a file number; no personal data")
    with_facts: bool = Field(
        default=False, description="With everything that was on file about the persons at each decision"
    )


class ExportedLog(BaseModel):
    """A checkpoint that all proofs of one log are for."""

    year: int
    origin: str
    size: int
    verifier_key: str
    note: str = Field(description="The signed checkpoint with the first cosignature of each witness")


class ExportView(BaseModel):
    """An export, written to the log; what it holds is read page by page."""

    export_id: str
    case_id: str
    with_facts: bool
    persons: int
    contacts: int
    logs: list[ExportedLog]


class FactReason(BaseModel):
    """One rule that applied to a decision."""

    rule_id: str
    effect: str
    force: str
    citation: str
    numbers: dict[str, str]
    confidence: str | None = Field(description="A the text was read, B told, C from memory")


class FactView(BaseModel):
    """A leaf of the log that belongs to the case."""

    year: int
    index: int
    event_id: str
    kind: str
    at: datetime
    person_id: str | None
    contact_id: str | None
    entry: str = Field(description="The leaf's bytes, which are UTF-8 text")
    salt: str | None = Field(description="Hexadecimal; with the payload")
    payload: str | None = Field(description="What the leaf's payload digest is of, as far as it is shown")
    is_erased: bool = Field(description="There was a payload, and the person's data was erased")
    reasons: list[FactReason] = Field(description="Of a decision, as on file; the leaf has the rules' ids")


class NewDocument(Input):
    """The digest of a letter, a recording ... of a contact; the document itself stays where it is."""

    contact_id: str = Field(min_length=1, max_length=64)
    kind: str = Field(
        pattern="^(letter|lawyer_letter|recording|transcript|message|photo|delivery_receipt|other)$"
    )
    sha256: Sha256
    size: int = Field(ge=0, le=2**53 - 1, description="Bytes")
    media_type: str = Field(pattern=r"^[a-z]+/[A-Za-z0-9.+-]{1,100}$")
    made_at: datetime = Field(description="With its offset")


class DocumentView(BaseModel):
    """A document on record."""

    document_id: str
    contact_id: str
    kind: str
    sha256: str
    size: int
    media_type: str
    made_at: datetime
    registered_at: datetime
