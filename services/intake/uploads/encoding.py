"""Which encoding a file is in: UTF-8 or GB18030, the whole of it.

Bytes of GB18030 can by chance be UTF-8, and nearly all UTF-8 can be read as GB18030 (as nonsense). So lines
are judged one by one: UTF-8 with a character of three bytes or more is no accident, nor is what is not UTF-8.
"""

import codecs
from typing import IO

from services.intake.doors.findings import Finding, Refused

LONGEST_LINE = 1 << 20
_FEW_BYTES = 0x800
"""Characters below take one or two bytes in UTF-8."""
_OTHER_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE = "Save the whole file in UTF-8 (in a spreadsheet: CSV UTF-8) and upload it again."


def detect(file: IO[bytes], declared: str) -> tuple[str, int]:
    """The codec's name and the number of lines. Refused where the file is in none, or in two.

    `declared` other than `auto` is held against every line.
    """
    file.seek(0)
    start = file.read(4)
    if any(start.startswith(mark) for mark in _OTHER_MARKS):
        raise _refused(1, "the file is in UTF-16 or UTF-32")
    file.seek(0)
    lines, utf8_at, other_at = 0, 0, 0
    for line in iter(lambda: file.readline(LONGEST_LINE), b""):
        lines += 1
        if len(line) >= LONGEST_LINE:
            raise _refused(lines, f"the line has more than {LONGEST_LINE} bytes", "Check the line ends.")
        if b"\0" in line:
            raise _refused(lines, "the line holds a NUL character", "Is it a text file? Remove the NUL.")
        if line.isascii():
            continue
        if _is_utf8(line):
            utf8_at = utf8_at or (lines if _is_surely_utf8(line) else 0)
        elif _decodes(line, "gb18030"):
            other_at = other_at or lines
        else:
            raise _refused(lines, "the line is neither UTF-8 nor GB18030")
    if utf8_at and other_at:
        message = f"this line is GB18030 while line {utf8_at} is UTF-8: the file mixes encodings"
        raise _refused(other_at, message)
    if declared == "utf-8" and other_at:
        raise _refused(other_at, "the line is not UTF-8, as the mapping says")
    if declared == "gb18030" and utf8_at:
        raise _refused(utf8_at, "the line is not GB18030, as the mapping says")
    chosen = "gb18030" if other_at or declared == "gb18030" else "utf-8-sig"
    return chosen, lines


def _is_utf8(line: bytes) -> bool:
    return _decodes(line, "utf-8")


def _is_surely_utf8(line: bytes) -> bool:
    return any(ord(character) >= _FEW_BYTES for character in line.decode())


def _decodes(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _refused(line: int, message: str, remedy: str = _SAVE) -> Refused:
    return Refused({line: [Finding("encoding", message, remedy)]})
