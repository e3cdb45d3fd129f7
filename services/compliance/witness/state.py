"""What a witness remembers: the last checkpoint that it cosigned of each log, in files that survive crashes.

A folder holds the witness's key, a lock, `cosigned/` with one signed note a log, and `suspicious/` with
requests that a log signed and that contradict what was cosigned. Nothing is overwritten in place.
"""

import fcntl
import hashlib
import os
from pathlib import Path
from typing import Self

from services.compliance.log.checkpoint import Checkpoint, parse_body
from services.compliance.log.errors import AuditLogError
from services.compliance.log.keys import SignatureType, Signer
from services.compliance.log.note import open_note
from services.compliance.witness.files import write_durably

MOST_SUSPICIOUS = 1000
"""Requests kept; whoever sends more finds them counted only, so that a stranger cannot fill the disk."""

_KEY_FILE, _PUBLIC_FILE, _LOCK_FILE = "witness.key", "witness.vkey", "lock"
SEED_SIZE = 32
"""Bytes of a witness's secret."""


class WitnessStateError(Exception):
    """The folder cannot be used; the message says why and what to do."""


class WitnessState:
    """The memory of one witness. Only one process at a time may have it open."""

    def __init__(self, folder: Path, signer: Signer, lock: int) -> None:
        """As made by `open_state`."""
        self.signer = signer
        self._cosigned = folder / "cosigned"
        self._suspicious = folder / "suspicious"
        self._lock = lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def last_note(self, origin: str) -> bytes | None:
        """The last checkpoint cosigned for a log, with this witness's line; None where there is none.

        Raises WitnessStateError where the file is not one that this witness wrote: starting again from
        nothing would let the log rewrite what came before.
        """
        path = self._path(origin)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            text = open_note(data, [self.signer.verifier]).text
            if parse_body(text).origin == origin:
                return data
        except AuditLogError:
            pass
        raise WitnessStateError(
            f"{path} is damaged or not this witness's. Restore it from a backup; the witness does not cosign"
            " a log whose past it no longer knows."
        )

    def last(self, origin: str) -> Checkpoint | None:
        """The last checkpoint cosigned for a log; raises as `last_note`."""
        data = self.last_note(origin)
        return None if data is None else parse_body(open_note(data, [self.signer.verifier]).text)

    def save(self, origin: str, note: bytes) -> None:
        """Remember a cosigned checkpoint; it is on the disk when this returns."""
        write_durably(self._path(origin), note)

    def keep_suspicious(self, request: bytes) -> None:
        """Keep a request that may prove that a log was rewritten."""
        path = self._suspicious / f"{hashlib.sha256(request).hexdigest()}.request"
        if not path.exists() and sum(1 for _ in self._suspicious.iterdir()) < MOST_SUSPICIOUS:
            write_durably(path, request)

    def require_sound(self) -> None:
        """Raise WitnessStateError where any remembered checkpoint is damaged."""
        for path in self._cosigned.glob("*.note"):
            origin = path.read_bytes().split(b"\n", 1)[0].decode("utf-8", "replace")
            if self._path(origin) != path or self.last_note(origin) is None:
                raise WitnessStateError(f"{path} is damaged. Restore it from a backup.")

    def _path(self, origin: str) -> Path:
        return self._cosigned / f"{hashlib.sha256(origin.encode()).hexdigest()}.note"


def open_state(folder: Path, name: str, seed: bytes | None = None) -> WitnessState:
    """Open the folder of a witness called `name`; made, with a new key, where it is not there yet.

    The key of a `seed` is kept elsewhere and not written into the folder. Raises WitnessStateError
    where another process has it open, its key is another one, or a file of it is damaged; OSError where it
    cannot be written.
    """
    for part in (folder, folder / "cosigned", folder / "suspicious"):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        signer = _kept_signer(folder, name) if seed is None else _given_signer(folder, name, seed)
        _require_name(signer, name, folder)
        _publish(folder, signer)
        state = WitnessState(folder, signer, lock)
        state.require_sound()
    except BlockingIOError:
        os.close(lock)
        raise WitnessStateError(f"{folder} is in use by another witness process.") from None
    except BaseException:
        os.close(lock)
        raise
    return state


def _kept_signer(folder: Path, name: str) -> Signer:
    path = folder / _KEY_FILE
    try:
        if path.exists():
            return Signer.parse(path.read_text().strip())
        signer = Signer(name, os.urandom(SEED_SIZE), SignatureType.COSIGNATURE_V1)
        if any((folder / "cosigned").iterdir()):
            raise WitnessStateError(f"{folder} has lost its {_KEY_FILE}. Restore it from a backup.")
        write_durably(path, f"{signer.encode()}\n".encode())
    except AuditLogError as error:
        raise WitnessStateError(f"{path}: {error}.") from None
    return signer


def _given_signer(folder: Path, name: str, seed: bytes) -> Signer:
    if (folder / _KEY_FILE).exists():
        raise WitnessStateError(f"{folder} has a key of its own in {_KEY_FILE}; give no other one.")
    try:
        return Signer(name, seed, SignatureType.COSIGNATURE_V1)
    except AuditLogError as error:
        raise WitnessStateError(f"The witness's key cannot be used: {error}.") from None


def _require_name(signer: Signer, name: str, folder: Path) -> None:
    key = signer.verifier
    if key.kind is not SignatureType.COSIGNATURE_V1 or key.name != name:
        raise WitnessStateError(
            f"{folder / _KEY_FILE} is the key of {key.name}, not of a witness {name}: give its own name with"
            " --name, or another folder."
        )


def _publish(folder: Path, signer: Signer) -> None:
    """Keep the public key for those who verify; one that is there already has to be the same."""
    path, public = folder / _PUBLIC_FILE, f"{signer.verifier.encode()}\n".encode()
    if not path.exists():
        write_durably(path, public, 0o644)
    elif path.read_bytes() != public:
        raise WitnessStateError(f"{path} is of another key: this folder is another witness's memory.")
