"""A ZIP file whose bytes depend on its content alone, with a list of digests inside."""

import hashlib
import io
import zipfile
from collections.abc import Mapping

import msgspec

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
LARGEST = 1 << 30
"""Bytes in a bundle that is read, unpacked."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_READ_ONLY_FILE = 0o100444 << 16
_UNIX = 3


class ArchiveError(ValueError):
    """The file is no sound bundle; the message says what is wrong."""


def pack(files: Mapping[str, bytes], head: Mapping[str, object]) -> bytes:
    """The bundle of these files, a manifest of them that begins with `head`, and their SHA-256 sums.

    Nothing is compressed: compressors of two versions write different bytes.
    """
    listed = [
        {"path": path, "bytes": len(data), "sha256": _digest(data)} for path, data in sorted(files.items())
    ]
    document = msgspec.json.encode({**head, "files": listed}, order="sorted")
    manifest = msgspec.json.format(document, indent=1) + b"\n"
    whole = {**files, MANIFEST: manifest}
    sums = "".join(f"{_digest(data)}  {path}\n" for path, data in sorted(whole.items()))
    whole[SUMS] = sums.encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(whole):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.external_attr, entry.create_system = _READ_ONLY_FILE, _UNIX
            archive.writestr(entry, whole[path])
    return target.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a bundle, each with the digest that the sums name, none left over. Raises ArchiveError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise ArchiveError("the bundle is larger than one can be")
            if len({entry.filename for entry in entries}) != len(entries):
                raise ArchiveError("two files of the bundle have one name")
            files = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ArchiveError(f"the file is no ZIP file of this kind: {error}") from None
    _require_sums(files)
    return files


def _require_sums(files: Mapping[str, bytes]) -> None:
    try:
        lines = files[SUMS].decode("ascii").splitlines()
        sums = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    except (KeyError, ValueError):
        raise ArchiveError(f"the bundle has no readable {SUMS}") from None
    for path in sorted(sums.keys() ^ (files.keys() - {SUMS})):
        raise ArchiveError(f"{path} is {'missing' if path in sums else 'not listed'}")
    for path, digest in sums.items():
        if _digest(files[path]) != digest:
            raise ArchiveError(f"{path} is not what {SUMS} lists")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
