"""Asking a witness for its cosignature."""

import re

import httpx

from services.compliance.log.errors import AuditLogError
from services.compliance.log.keys import Signature, Verifier
from services.compliance.log.note import open_note
from services.compliance.witness.request import SIZE_TYPE, AddCheckpoint
from services.compliance.witness.settings import WitnessSettings

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")
_OK, _CONFLICT = 200, 409
_LONGEST_ANSWER = 1 << 16
_LAST_SECOND = 253_402_300_799
"""Of the year 9999: what dates can hold."""


class OutOfStepError(Exception):
    """The witness has cosigned another size last: `size`."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the witness has cosigned size {size}")
        self.size = size


class WitnessRefusedError(Exception):
    """The witness will not cosign this: it says that it does not follow from what it saw, or knows no log."""


class WitnessUnavailableError(Exception):
    """No usable answer; nothing is known about the log."""


class WitnessClient:
    """One witness, at its submission prefix."""

    def __init__(
        self,
        configured: WitnessSettings,
        timeout: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`timeout` in seconds, for one question."""
        self.key: Verifier = configured.verifier
        self.name = f"{self.key.name}+{self.key.key_id.hex()}"
        self._url = str(configured.url).rstrip("/")
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)

    async def submit(self, request: AddCheckpoint) -> Signature:
        """The witness's cosignature of the request's checkpoint, verified.

        Raises OutOfStepError, WitnessRefusedError, WitnessUnavailableError.
        """
        answer = await self._post(request.encode())
        if answer.status_code == _CONFLICT and (size := _size(answer)) is not None:
            raise OutOfStepError(size)
        if answer.status_code in (400, 403, 404, _CONFLICT, 422):
            raise WitnessRefusedError(f"status {answer.status_code}: {_reason(answer)}")
        if answer.status_code != _OK or len(answer.content) > _LONGEST_ANSWER:
            raise WitnessUnavailableError(f"status {answer.status_code}")
        try:
            note = open_note(request.checkpoint + answer.content, [self.key])
        except AuditLogError as error:
            raise WitnessUnavailableError(f"the answer is no cosignature of this witness: {error}") from None
        signature = note.signature_of(self.key)
        assert signature is not None  # the only known key, and at least one known key signed
        if signature.seconds > _LAST_SECOND:
            raise WitnessUnavailableError("the cosignature is from no year that a calendar has")
        return signature

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def _post(self, body: bytes) -> httpx.Response:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        try:
            return await self._http.post(f"{self._url}/add-checkpoint", content=body, headers=headers)
        except httpx.HTTPError as error:
            raise WitnessUnavailableError(type(error).__name__) from None


def _size(answer: httpx.Response) -> int | None:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    match = _SIZE.fullmatch(answer.content) if kind == SIZE_TYPE else None
    return None if match is None else int(match[1])


def _reason(answer: httpx.Response) -> str:
    """What the witness says, as far as it is one printable line."""
    text = answer.text[:200].strip()
    return text if text.isprintable() else "no readable reason"
