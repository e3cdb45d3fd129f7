"""Files as text, compressed or not, with how far one is."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO


@contextmanager
def opened(path: Path) -> Iterator[tuple[TextIO, IO[bytes]]]:
    """The file's text and the raw file beneath, whose `tell()` shows progress. UTF-8, with or without BOM."""
    with path.open("rb") as raw:
        packed = path.suffix == ".gz"
        plain: IO[bytes] = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
        with io.TextIOWrapper(plain, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            yield text, raw
