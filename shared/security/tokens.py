"""JWT bearer tokens: verification, and an issuer for the local stack.

HS256 with a shared secret or Ed25519 with a public key. The algorithm is configuration, never taken from the
token. Required claims: `iss`, `aud`, `sub`, `exp`; `scope` is a space-separated list (RFC 8693), `roles` a
list.
"""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OctKey, OKPKey

from shared.security.principals import Principal

# RFC 9864 names the curve ("Ed25519"); identity providers still send the older name for the same signature.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

_LEEWAY_SECONDS = 30
_MIN_SECRET_BYTES = 32
_MAX_TOKEN = 8192
_MAX_SUBJECT = 200


class Algorithm(StrEnum):
    """How tokens are signed."""

    HS256 = "HS256"
    EDDSA = "EdDSA"

    @property
    def accepted(self) -> list[str]:
        """The `alg` headers that mean this algorithm; the first one is issued."""
        return ["HS256"] if self is Algorithm.HS256 else ["Ed25519", "EdDSA"]


class InvalidTokenError(Exception):
    """The token proves nothing. The message says why in general terms, without the token's content."""


class TokenVerifier:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, *, key: str, algorithm: Algorithm, issuer: str, audience: str) -> None:
        """`key`: the secret (HS256, 32 bytes or more) or a public key as JWK JSON or PEM (EdDSA)."""
        self._key = import_key(key, algorithm)
        self._algorithms = algorithm.accepted
        self._claims: dict[str, Any] = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }

    def verify(self, token: str, now: datetime | None = None) -> Principal:
        """The caller that the token names; InvalidTokenError otherwise. Expiry goes by the wall clock."""
        if len(token) > _MAX_TOKEN:
            raise InvalidTokenError("the token is too long")
        moment = int((now or datetime.now(UTC)).timestamp())
        registry = jwt.JWTClaimsRegistry(now=moment, leeway=_LEEWAY_SECONDS, **self._claims)
        try:
            claims = jwt.decode(token, self._key, algorithms=self._algorithms).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            reason = getattr(error, "error", "malformed")
            raise InvalidTokenError(f"the token was refused: {reason}") from None
        return _principal(claims)


def issue_token(
    principal: Principal,
    *,
    key: str,
    algorithm: Algorithm,
    issuer: str,
    audience: str,
    lifetime: timedelta = timedelta(hours=1),
    now: datetime | None = None,
) -> str:
    """A signed token for the local stack and for tests. `key`: the secret, or the private JWK or PEM."""
    moment = int((now or datetime.now(UTC)).timestamp())
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": principal.subject,
        "iat": moment,
        "exp": moment + int(lifetime.total_seconds()),
        "scope": " ".join(sorted(principal.scopes)),
        "roles": sorted(principal.roles),
    }
    alg = algorithm.accepted[0]
    return jwt.encode({"alg": alg}, claims, import_key(key, algorithm), algorithms=[alg])


def new_key_pair() -> tuple[str, str]:
    """A new Ed25519 pair for EdDSA as JWK JSON: (private, public)."""
    key = OKPKey.generate_key("Ed25519")
    return json.dumps(key.as_dict(private=True)), json.dumps(key.as_dict(private=False))


def import_key(key: str, algorithm: Algorithm) -> OctKey | OKPKey:
    """The key object; ValueError where the text is no key for the algorithm."""
    if algorithm is Algorithm.HS256:
        if len(key.encode()) < _MIN_SECRET_BYTES:
            raise ValueError(f"a HS256 secret needs {_MIN_SECRET_BYTES} bytes or more")
        return OctKey.import_key(key)
    try:
        return OKPKey.import_key(json.loads(key) if key.lstrip().startswith("{") else key)
    except (JoseError, ValueError, TypeError):
        raise ValueError("an EdDSA key must be an Ed25519 JWK or PEM") from None


def _principal(claims: dict[str, Any]) -> Principal:
    subject, scope, roles = claims["sub"], claims.get("scope", ""), claims.get("roles", [])
    if not 0 < len(subject) <= _MAX_SUBJECT or not subject.isprintable():
        raise InvalidTokenError("the token's subject is not usable")
    if not isinstance(scope, str) or not isinstance(roles, list):
        raise InvalidTokenError("the token's scope or roles are malformed")
    return Principal(subject, frozenset(scope.split()), frozenset(str(role) for role in roles))
