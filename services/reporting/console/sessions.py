"""Console sessions: a signed cookie that names who logged in with an API key, and until when.

The key itself is never kept. The signature depends on the configured keys, so that changing them ends all
sessions.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.security.api_keys import ApiKeys

COOKIE = "recoup_session"
SCOPE = "reporting:read"
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Session:
    """Who looks at the console, until when (seconds since 1970)."""

    subject: str
    expires: int


class Sessions:
    """Opens sessions and reads them back."""

    def __init__(self, secret: str, keys_setting: str, keys: ApiKeys, lifetime: timedelta) -> None:
        """`keys_setting` is the text of the API keys' setting."""
        self._mac_key = hmac.digest(secret.encode(), keys_setting.encode(), hashlib.sha256)
        self._keys = keys
        self._lifetime = lifetime

    def open(self, api_key: str, now: datetime) -> str | None:
        """The cookie of a new session, or None where the key is unknown or may not read figures."""
        principal = self._keys.principal(api_key)
        if principal is None or principal.missing([SCOPE]):
            return None
        expires = int((now + self._lifetime).timestamp())
        body = urlsafe_b64encode(f"{expires} {principal.subject}".encode()).decode()
        return f"{body}.{self._mac(body)}"

    def read(self, cookie: str | None, now: datetime) -> Session | None:
        """The session of a cookie, or None where it is forged, of other keys, or over."""
        if not cookie or len(cookie) > _LONGEST or not cookie.isascii():
            return None
        body, _, mac = cookie.partition(".")
        if not hmac.compare_digest(mac, self._mac(body)):
            return None
        try:
            expires, _, subject = urlsafe_b64decode(body).decode().partition(" ")
        except (Base64Error, UnicodeDecodeError):
            return None
        session = Session(subject, int(expires))
        return session if session.expires > now.timestamp() else None

    def _mac(self, body: str) -> str:
        return hmac.new(self._mac_key, body.encode(), hashlib.sha256).hexdigest()
