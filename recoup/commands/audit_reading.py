"""Reading logs from outside: over HTTP, from a folder, and the keys that they are held against."""

import os
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from recoup.errors import Mistake
from recoup.local.keys import local_keys
from recoup.stores import STACK_FILE, Stores, find_stores
from services.compliance.log.errors import AuditLogError
from services.compliance.log.keys import SignatureType, Verifier
from services.compliance.log.tiled import CHECKPOINT, LARGEST_RESOURCE, Resources
from services.compliance.log.trust import LogKeys, parse_witnesses

API_KEY_VARIABLE = "RECOUP_API_KEY"
_TIMEOUT = httpx.Timeout(30.0, pool=None)
_LIMITS = httpx.Limits(max_connections=8)


@dataclass(frozen=True, slots=True)
class HttpResources:
    """A log below a URL."""

    client: httpx.AsyncClient
    prefix: str

    async def read(self, path: str) -> bytes | None:
        """The bytes at a path, None for 404. Raises Mistake for any other failure."""
        url = f"{self.prefix}/{path}"
        try:
            async with self.client.stream("GET", url) as answer:
                if answer.status_code in (404, 410):
                    return None
                require_success(answer, url)
                data = b""
                async for part in answer.aiter_bytes():
                    data += part
                    if len(data) > LARGEST_RESOURCE:
                        raise Mistake(f"{url} sends more than a log can have in one place.")
                return data
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Mistake(f"{url} does not answer ({type(error).__name__}).") from None


@dataclass(frozen=True, slots=True)
class FolderResources:
    """A log in a folder, as a mirror keeps it."""

    folder: Path

    async def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none."""
        try:
            return (self.folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    async def write(self, path: str, data: bytes) -> None:
        """Put a file, whole or not at all."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f"{place.name}.draft")
        draft.write_bytes(data)
        os.replace(draft, place)  # noqa: PTH105  # the atomic one

    async def remove(self, path: str) -> None:
        """Take a file away."""
        (self.folder / path).unlink(missing_ok=True)


def require_success(answer: httpx.Response, url: str) -> None:
    """Raises Mistake where the answer is no success."""
    if answer.status_code in (401, 403):
        raise Mistake(
            f"{url} answers {answer.status_code}: put an API key that may read it into {API_KEY_VARIABLE}."
        )
    if not answer.is_success:
        raise Mistake(f"{url} answers {answer.status_code}.")


@asynccontextmanager
async def http_client(url: str, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client for this URL, with the API key where there is one."""
    key = api_key_for(url, folder)
    headers = {} if key is None else {"X-API-Key": key}
    async with httpx.AsyncClient(headers=headers, timeout=_TIMEOUT, limits=_LIMITS) as client:
        yield client


def api_key_for(url: str, folder: Path) -> str | None:
    """The key of the environment; the local stack's own one only where the URL is that stack's."""
    if given := os.environ.get(API_KEY_VARIABLE):
        return given
    stores = local_stores(folder)
    if stores is None or not any(url == api or url.startswith(f"{api}/") for api in stores.apis.values()):
        return None
    return local_keys(folder).operator_api_key if (folder / "keys.json").exists() else None


def local_stores(folder: Path) -> Stores | None:
    """The stores of the platform in `folder` or of RECOUP_STORES; None where there is none."""
    if os.environ.get("RECOUP_STORES") or (folder / STACK_FILE).is_file():
        return find_stores(folder)
    return None


def is_url(target: str) -> bool:
    """Whether a target is a URL and not a folder."""
    return target.startswith(("http://", "https://"))


async def logs_at(client: httpx.AsyncClient, url: str) -> list[tuple[str, HttpResources]]:
    """The logs at a URL: the one whose prefix it is, or each year's of compliance's `/log`; with names."""
    url = url.rstrip("/")
    try:
        answer = await client.get(url)
        listed = answer.json() if answer.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Mistake(f"{url} does not answer ({type(error).__name__}).") from None
    except ValueError:
        listed = None
    if answer.status_code in (401, 403):
        require_success(answer, url)
    if isinstance(listed, list):
        years = [str(log["year"]) for log in listed if isinstance(log, dict) and log.get("signed_size")]
        return [(year, HttpResources(client, f"{url}/{year}")) for year in years]
    return [(url.rpartition("/")[2], HttpResources(client, url))]


def logs_in(folder: Path) -> list[tuple[str, FolderResources]]:
    """The logs in a folder: the one that it is, or one in each folder below; with names."""
    if (folder / CHECKPOINT).is_file():
        return [(folder.name, FolderResources(folder))]
    found = sorted(part.parent for part in folder.glob(f"*/{CHECKPOINT}") if part.is_file())
    if not found:
        raise Mistake(f"{folder} holds no log: no file {CHECKPOINT} is there or one level below.")
    return [(place.name, FolderResources(place)) for place in found]


def log_keys(given: Sequence[str], folder: Path, option: str = "--key") -> LogKeys:
    """The logs' keys: given ones, or that of the local stack. Raises Mistake where there is none."""
    if given:
        try:
            return LogKeys.parse(_texts(given, option))
        except AuditLogError as error:
            raise Mistake(f"{option}: {error}. It looks like NAME+1a2b3c4d+AbCd…") from None
    stores = local_stores(folder)
    if stores is None:
        raise Mistake(
            "Give the log's public key with --key, as got from the bank by another way than the log itself:"
            " a key that comes with the log proves nothing."
        )
    return LogKeys((verifier_of(stores, 2000),))  # one key for the logs of all years


def witness_keys(given: Sequence[str]) -> tuple[Verifier, ...]:
    """The witnesses' keys. Raises Mistake where one cannot be read."""
    try:
        return parse_witnesses(_texts(given, "--witness-key"))
    except AuditLogError as error:
        raise Mistake(f"--witness-key: {error}. It looks like NAME+1a2b3c4d+AbCd…") from None


def stack_witnesses(folder: Path) -> tuple[Verifier, ...]:
    """The witnesses that the platform in `folder` was started with; none where there is no platform."""
    stores = local_stores(folder)
    return () if stores is None else parse_witnesses([witness["key"] for witness in stores.witnesses])


def verifier_of(stores: Stores, year: int) -> Verifier:
    """The public key of a year's log; its name is the log's origin."""
    return Verifier(f"{stores.log_origin}/{year}", SignatureType.ED25519, b64decode(stores.log_public_key))


def quorum_of(asked: int | None, witnesses: Sequence[Verifier]) -> int:
    """How many witnesses have to have cosigned: all given ones, unless fewer are asked for."""
    quorum = len(witnesses) if asked is None else asked
    if quorum > len(witnesses):
        raise Mistake(f"--quorum {quorum} needs as many --witness-key; there are {len(witnesses)}.")
    return quorum


async def require_checkpoint(resources: Resources, where: str) -> bytes:
    """A log's newest checkpoint. Raises Mistake where there is none."""
    note = await resources.read(CHECKPOINT)
    if note is None:
        raise Mistake(f"{where} has no checkpoint: it is no log's prefix, or nothing was signed yet.")
    return note


def _texts(given: Sequence[str], option: str) -> list[str]:
    """Keys as they are, or as they stand in the files that are named instead."""
    return [text if _is_key(text) else _key_in(Path(text), option) for text in given]


def _is_key(text: str) -> bool:
    return text.count("+") >= 2


def _key_in(file: Path, option: str) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        # What was given is not repeated: it may be a secret that was taken for a public key.
        raise Mistake(
            f"{option}: this is neither a key, which looks like NAME+1a2b3c4d+AbCd…, nor a file with one"
            f" ({reason}).",
        ) from None
