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
from shared.security.api_keys import api_keys_json, new_api_key
from shared.security.fields import FieldCipher
from shared.security.principals import Principal
from shared.security.tokens import new_key_pair

ISSUER, AUDIENCE = "recoup-local", "recoup"


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """All secrets of one local stack."""

    operator_api_key: str
    outreach_api_key: str
    jwt_private_key: str
    jwt_public_key: str
    field_key: str
    webhook_key: str
    log_seed: str
    subject_key: str
    gateway_api_key: str
    control_token: str
    console_secret: str
    database_passwords: dict[str, str]

    def log_public_key(self) -> str:
        """Base64 of the audit log's public key."""
        key = Ed25519PrivateKey.from_private_bytes(b64decode(self.log_seed)).public_key()
        return b64encode(key.public_bytes_raw()).decode()

    def api_keys(self) -> str:
        """The setting RECOUP_API_KEYS: digests and what each may do."""
        return api_keys_json(
            {
                self.operator_api_key: Principal("operator", frozenset({"*"})),
                self.outreach_api_key: Principal("outreach", frozenset({"permits:redeem"})),
            }
        )


def _new_keys() -> LocalKeys:
    private, public = new_key_pair()
    return LocalKeys(
        operator_api_key=new_api_key(),
        outreach_api_key=new_api_key(),
        jwt_private_key=private,
        jwt_public_key=public,
        field_key=b64encode(secrets.token_bytes(32)).decode(),
        webhook_key=secrets.token_urlsafe(32),
        log_seed=b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode(),
        subject_key=b64encode(secrets.token_bytes(32)).decode(),
        gateway_api_key=secrets.token_urlsafe(24),
        control_token=secrets.token_urlsafe(24),
        console_secret=secrets.token_urlsafe(32),
        database_passwords={name: secrets.token_urlsafe(24) for name in SERVICES},
    )


def local_keys(folder: Path) -> LocalKeys:
    """The stack's keys, made now if the folder has none. Raises LocalStackError for a damaged file."""
    path = folder / "keys.json"
    if path.exists():
        try:
            return LocalKeys(**json.loads(path.read_text()))
        except (ValueError, TypeError):
            raise LocalStackError(
                f"{path} is damaged. Delete the folder {folder} to begin anew, or restore the file."
            ) from None
    keys = _new_keys()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(keys), file, indent=1)
    return keys


def local_cipher(folder: Path) -> FieldCipher:
    """The cipher for sealed fields: of RECOUP_FIELD_KEYS where set, else of the stack in `folder`."""
    if os.environ.get("RECOUP_FIELD_KEYS"):
        keys = {name: b64decode(key) for name, key in json.loads(os.environ["RECOUP_FIELD_KEYS"]).items()}
        return FieldCipher.from_keys(keys, os.environ.get("RECOUP_FIELD_KEY_CURRENT") or next(iter(keys)))
    return FieldCipher.from_keys({"local": b64decode(local_keys(folder).field_key)}, "local")
