"""Console sessions: a sealed cookie that holds who logged in, with what, and until when.

The person's own credential, an API key or a bearer token, is what the console shows the services: it has no
rights of its own. The credential is kept nowhere but in the person's cookie, encrypted with a key that only
this process can make. That key depends on the configured API keys, so that changing them ends all sessions;
what the person may do is looked up anew whenever the cookie is read.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.security.api_keys import ApiKeys
from shared.security.fields import FieldCipher, FieldError
from shared.security.principals import Principal
from shared.security.tokens import InvalidTokenError, TokenVerifier

COOKIE = "recoup_session"
SCOPE = "reporting:read"
_CONTEXT = "console:session"
_LONGEST_COOKIE = 3800
"""Bytes; browsers keep 4096 with the name and its attributes."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a person logged in with; never printed."""

    value: str = field(repr=False)
    is_token: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The headers that show it to a service."""
        return {"Authorization": f"Bearer {self.value}"} if self.is_token else {"X-API-Key": self.value}


@dataclass(frozen=True, slots=True)
class Session:
    """Who looks at the console, with which rights, until when (seconds since 1970)."""

    principal: Principal
    expires: int
    credential: Credential

    @property
    def subject(self) -> str:
        """Under which name the person acts."""
        return self.principal.subject

    def may(self, *scopes: str) -> bool:
        """Whether the person has all these scopes."""
        return not self.principal.missing(scopes)


class Sessions:
    """Opens sessions and reads them back."""

    def __init__(
        self,
        secret: str,
        keys_setting: str,
        keys: ApiKeys,
        lifetime: timedelta,
        tokens: TokenVerifier | None = None,
    ) -> None:
        """`keys_setting` is the text of the API keys' setting."""
        sealing = hmac.digest(secret.encode(), keys_setting.encode(), hashlib.sha256)
        self._cipher = FieldCipher.from_keys({"s": sealing}, "s")
        self._keys = keys
        self._tokens = tokens
        self._lifetime = lifetime

    def open(self, given: str, now: datetime) -> str | None:
        """The cookie of a new session, or None where the credential is unknown or may not read figures."""
        credential = Credential(given, is_token=given.count(".") == 2)
        principal = self._principal(credential, now)
        if principal is None or principal.missing([SCOPE]):
            return None
        expires = int((now + self._lifetime).timestamp())
        cookie = self._cipher.seal(f"{expires} {given}", _CONTEXT)
        return cookie if len(cookie) <= _LONGEST_COOKIE else None

    def read(self, cookie: str | None, now: datetime) -> Session | None:
        """The session of a cookie; None where it is forged, over, or its credential not good any more."""
        if not cookie or len(cookie) > _LONGEST_COOKIE or not cookie.isascii():
            return None
        try:
            expires, _, given = self._cipher.open(cookie, _CONTEXT).partition(" ")
        except FieldError:
            return None
        credential = Credential(given, is_token=given.count(".") == 2)
        principal = self._principal(credential, now)
        if principal is None or principal.missing([SCOPE]) or int(expires) <= now.timestamp():
            return None
        return Session(principal, int(expires), credential)

    def _principal(self, credential: Credential, now: datetime) -> Principal | None:
        if not credential.is_token:
            return self._keys.principal(credential.value)
        try:
            return self._tokens.verify(credential.value, now) if self._tokens else None
        except InvalidTokenError:
            return None
