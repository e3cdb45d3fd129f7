"""Configuration that every service has, from the environment (`RECOUP_*`).

Secrets have no default. Components are chosen by URL; nothing else in the code asks which one it is, except
the producer's idempotence flag (the embedded broker accepts none).
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from functools import cached_property
from typing import Any, Self, TypeVar

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.security.api_keys import ApiKeys
from shared.security.fields import FieldCipher
from shared.security.signing import WebhookSigner
from shared.security.tokens import Algorithm, TokenVerifier

T = TypeVar("T")


class ServiceSettings(BaseSettings):
    """What a service reads at start; each service subclasses it. Invalid values stop the start."""

    model_config = SettingsConfigDict(env_prefix="RECOUP_", extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr
    kafka_url: str
    kafka_idempotence: bool = True
    kafka_replication: int = Field(default=1, ge=1, le=5)
    kafka_session_timeout: float = Field(default=30.0, ge=1, le=300, description="Seconds")
    clock: str = "system"
    partitions: int = Field(default=12, ge=1, le=1000)

    api_keys: SecretStr = Field(description='JSON: {"<sha256>": {"subject", "scopes", "roles"}}; {} for none')
    jwt_key: SecretStr | None = None
    jwt_algorithm: Algorithm = Algorithm.EDDSA
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    field_keys: SecretStr | None = Field(
        default=None, description='JSON: {"<key id>": "<base64 of 32 bytes>"}'
    )
    field_key_current: str | None = None
    webhook_keys: SecretStr | None = Field(default=None, description="JSON list; the first key signs")

    log_level: str = "INFO"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.jwt_key and not (self.jwt_issuer and self.jwt_audience):
            raise ValueError("jwt_key needs jwt_issuer and jwt_audience")
        if self.field_keys and not self.field_key_current:
            raise ValueError("field_keys needs field_key_current")
        _ = (self.known_api_keys, self.token_verifier)
        if self.field_keys:
            _ = self.field_cipher
        if self.webhook_keys:
            _ = self.webhook_signer
        return self

    @cached_property
    def known_api_keys(self) -> ApiKeys:
        """The callers with an API key."""
        return ApiKeys.from_json(self.api_keys.get_secret_value())

    @cached_property
    def token_verifier(self) -> TokenVerifier | None:
        """The verifier of bearer tokens; None where none are accepted."""
        if not (self.jwt_key and self.jwt_issuer and self.jwt_audience):
            return None
        return TokenVerifier(
            key=self.jwt_key.get_secret_value(),
            algorithm=self.jwt_algorithm,
            issuer=self.jwt_issuer,
            audience=self.jwt_audience,
        )

    @cached_property
    def field_cipher(self) -> FieldCipher:
        """The cipher of contact data; ValueError in a service that was not given the keys."""
        if not self.field_keys or not self.field_key_current:
            raise ValueError("field_keys and field_key_current are not set")
        return FieldCipher.from_keys(_field_keys(self.field_keys), self.field_key_current)

    @cached_property
    def webhook_signer(self) -> WebhookSigner:
        """Signs and verifies webhooks; ValueError where no key was given."""
        if not self.webhook_keys:
            raise ValueError("webhook_keys is not set")
        keys = _json(self.webhook_keys, list, "webhook_keys")
        return WebhookSigner([str(key).encode() for key in keys])

    def redacted(self) -> dict[str, Any]:
        """The settings for printing: secrets and credentials in URLs masked."""
        shown = self.model_dump(mode="json")
        return {
            name: re.sub(r"//[^/@\s]+@", "//***@", value) if isinstance(value, str) else value
            for name, value in shown.items()
        }


def _json(secret: SecretStr, expected: type[T], name: str) -> T:
    try:
        value = json.loads(secret.get_secret_value())
    except ValueError:
        raise ValueError(f"{name} is not JSON") from None
    if not isinstance(value, expected):
        raise ValueError(f"{name} must be a JSON {expected.__name__}")
    return value


def _field_keys(secret: SecretStr) -> dict[str, bytes]:
    keys = _json(secret, dict, "field_keys")
    try:
        return {str(key_id): b64decode(key, validate=True) for key_id, key in keys.items()}
    except (ValueError, TypeError):
        raise ValueError("field_keys must hold base64 texts") from None
