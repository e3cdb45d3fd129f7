"""Signed notes: a text and the signatures below it (C2SP signed-note)."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.compliance.log.base64_text import decode_base64, encode_base64
from services.compliance.log.errors import NoteError
from services.compliance.log.keys import Signature, Verifier, require_key_name

MAX_SIGNATURES = 100
MAX_NOTE_SIZE = 1_000_000
"""Bytes; far beyond any checkpoint, so that a stranger's note cannot fill the memory."""

_KEY_ID_SIZE = 4
_LINE_START = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read or made: nothing in it is trusted before `open_note`."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The note's bytes; NoteError where the text cannot be one or nobody signed it."""
        _require_text(self.text)
        if not self.signatures:
            raise NoteError("a note has at least one signature")
        lines = "".join(signature_line(signature) for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def signed(self, signature: Signature) -> "Note":
        """The same note with one more signature, in place of an earlier one of the same key."""
        others = [s for s in self.signatures if (s.name, s.key_id) != (signature.name, signature.key_id)]
        return Note(self.text, (*others, signature))

    @classmethod
    def decode(cls, data: bytes) -> "Note":
        """Read a note; NoteError where it is malformed. The last empty line ends the text."""
        if len(data) > MAX_NOTE_SIZE:
            raise NoteError("the note is too large")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise NoteError("the note is not UTF-8") from None
        text, separator, lines = whole.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise NoteError("the note has no signatures or an unfinished line")
        text += "\n"
        _require_text(text)
        signature_lines = lines.removesuffix("\n").split("\n")
        if len(signature_lines) > MAX_SIGNATURES:
            raise NoteError(f"a note has at most {MAX_SIGNATURES} signatures")
        return cls(text, tuple(_parse_line(line) for line in signature_lines))


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A text with the signatures that known keys verified, and the ones that nobody here can judge."""

    text: str
    verified: tuple[Signature, ...]
    unknown: tuple[Signature, ...]

    def signature_of(self, key: Verifier) -> Signature | None:
        """The verified signature of `key`, where there is one."""
        own = (s for s in self.verified if (s.name, s.key_id) == (key.name, key.key_id))
        return next(own, None)


def sign_note(text: str, *signatures: Signature) -> bytes:
    """The bytes of the note with this text and these signatures of it."""
    return Note(text, signatures).encode()


def open_note(data: bytes, verifiers: Iterable[Verifier]) -> OpenedNote:
    """Read a note that at least one of `verifiers` signed.

    A signature of another key is ignored, also where it shares a name or an id with a known key. A
    known key with a bad signature rejects the whole note, even beside good ones: NoteError.
    """
    known = _by_identity(verifiers)
    note = Note.decode(data)
    verified: dict[Signature, None] = {}
    unknown = []
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            unknown.append(signature)
        elif verifier.accepts(note.text, signature):
            verified[signature] = None
        else:
            raise NoteError(f"bad signature of the known key {verifier.name}+{verifier.key_id.hex()}")
    if not verified:
        raise NoteError("no known key signed the note")
    return OpenedNote(note.text, tuple(verified), tuple(unknown))


def _by_identity(verifiers: Iterable[Verifier]) -> dict[tuple[str, bytes], Verifier]:
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) != verifier:
            raise NoteError(f"two known keys are called {verifier.name}+{verifier.key_id.hex()}")
    return known


def signature_line(signature: Signature) -> str:
    """The line of a note in which a signature stands, newline included."""
    return f"{_LINE_START}{signature.name} {encode_base64(signature.key_id + signature.value)}\n"


def _parse_line(line: str) -> Signature:
    name, space, value = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START) or not space:
        raise NoteError("a signature line is a dash, a name and a value")
    try:
        require_key_name(name)
        blob = decode_base64(value)
    except ValueError:
        raise NoteError("a signature line has a bad name or a bad value") from None
    if len(blob) <= _KEY_ID_SIZE:
        raise NoteError("a signature is longer than its key id")
    return Signature(name, blob[:_KEY_ID_SIZE], blob[_KEY_ID_SIZE:])


def _require_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteError("a note's text ends with a newline")
    if any(char < " " and char != "\n" for char in text):
        raise NoteError("a note has no control characters but newlines")
