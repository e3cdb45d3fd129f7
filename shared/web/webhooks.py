"""Receiving signed webhooks: the body is handed to the route only where its signature proves it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from shared.security.signing import SIGNATURE_HEADER, SignatureError, WebhookSigner
from shared.web.auth import declares_access
from shared.web.problems import Unauthorized

_signature = APIKeyHeader(
    name=SIGNATURE_HEADER,
    scheme_name="WebhookSignature",
    description='t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">',
    auto_error=False,
)


@declares_access
async def _verified_body(request: Request, signature: Annotated[str | None, Security(_signature)]) -> bytes:
    signer: WebhookSigner = request.app.state.settings.webhook_signer
    body = await request.body()
    try:
        signer.verify(signature, body)
    except SignatureError as error:
        raise Unauthorized(
            f"{error}.".capitalize(), challenge=f'Signature header="{SIGNATURE_HEADER}"'
        ) from None
    return body


def signed_body() -> Any:
    """Dependency: the verified bytes of the body, as in `Annotated[bytes, signed_body()]`; 401 otherwise."""
    return Depends(_verified_body)
