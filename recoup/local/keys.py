"""The local stack's secrets: made once, kept in one file that only its owner can read."""

import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recoup.local.errors import LocalStackError
from recoup.services import SERVICES
from services.compliance.log.keys import SignatureType, Signer, Verifier
from shared.security.api_keys import api_keys_json, new_api_key
from shared.security.fields import FieldCipher
from shared.security.principals import Principal
from shared.security.tokens import new_key_pair

ISSUER, AUDIENCE = "recoup-local", "recoup"
WITNESS = "recoup.local/witness"
"""The name of the local stack's witness."""

_LATER = ("witness_seed", "second_api_key")
"""Secrets that key files of earlier versions do not have yet."""


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """All secrets of one local stack."""

    operator_api_key: str
    second_api_key: str
    """Another person's, for what takes two."""
    outreach_api_key: str
    jwt_private_key: str
    jwt_public_key: str
    field_key: str
    webhook_key: str
    log_seed: str
    witness_seed: str
    subject_key: str
    gateway_api_key: str
    control_token: str
    console_secret: str
    database_passwords: dict[str, str]

    def log_key(self, origin: str) -> Verifier:
        """The public key of the audit log of this origin."""
        return Signer(origin, b64decode(self.log_seed)).verifier

    def log_public_key(self) -> str:
        """Base64 of the audit log's public key."""
        return b64encode(self.log_key("any").public_key).decode()

    def witness_key(self) -> str:
        """The witness's public key, as C2SP verifier key."""
        return Signer(WITNESS, b64decode(self.witness_seed), SignatureType.COSIGNATURE_V1).verifier.encode()

    def api_keys(self) -> str:
        """The setting RECOUP_API_KEYS: digests and what each may do."""
        return api_keys_json(
            {
                self.operator_api_key: Principal("operator", frozenset({"*"})),
                self.second_api_key: Principal("second-operator", frozenset({"*"})),
                self.outreach_api_key: Principal("outreach", frozenset({"permits:redeem"})),
            }
        )


def _new_keys() -> LocalKeys:
    private, public = new_key_pair()
    return LocalKeys(
        operator_api_key=new_api_key(),
        second_api_key=new_api_key(),
        outreach_api_key=new_api_key(),
        jwt_private_key=private,
        jwt_public_key=public,
        field_key=b64encode(secrets.token_bytes(32)).decode(),
        webhook_key=secrets.token_urlsafe(32),
        log_seed=_new_seed(),
        witness_seed=_new_seed(),
        subject_key=b64encode(secrets.token_bytes(32)).decode(),
        gateway_api_key=secrets.token_urlsafe(24),
        control_token=secrets.token_urlsafe(24),
        console_secret=secrets.token_urlsafe(32),
        database_passwords={name: secrets.token_urlsafe(24) for name in SERVICES},
    )


def _new_seed() -> str:
    return b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def local_keys(folder: Path) -> LocalKeys:
    """The stack's keys, made now if the folder has none. Raises LocalStackError for a damaged file."""
    path = folder / "keys.json"
    if not path.exists():
        keys = _new_keys()
        _write(path, keys)
        return keys
    try:
        known = json.loads(path.read_text())
        missing = [name for name in _LATER if name not in known]
        keys = LocalKeys(**{name: getattr(_new_keys(), name) for name in missing} | known)
    except (ValueError, TypeError):
        raise LocalStackError(
            f"{path} is damaged. Delete the folder {folder} to begin anew, or restore the file."
        ) from None
    if missing:
        _write(path, keys)
    return keys


def _write(path: Path, keys: LocalKeys) -> None:
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(keys), file, indent=1)
    os.replace(draft, path)  # noqa: PTH105  # the atomic one


def local_cipher(folder: Path) -> FieldCipher:
    """The cipher for sealed fields: of RECOUP_FIELD_KEYS where set, else of the stack in `folder`."""
    if os.environ.get("RECOUP_FIELD_KEYS"):
        keys = {name: b64decode(key) for name, key in json.loads(os.environ["RECOUP_FIELD_KEYS"]).items()}
        return FieldCipher.from_keys(keys, os.environ.get("RECOUP_FIELD_KEY_CURRENT") or next(iter(keys)))
    return FieldCipher.from_keys({"local": b64decode(local_keys(folder).field_key)}, "local")
