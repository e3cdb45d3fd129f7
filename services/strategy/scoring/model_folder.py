"""A trained model as a folder: a manifest and the model's file, which is refused if its digest differs."""

import hashlib
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import lightgbm
import msgspec

from services.strategy.scoring.boosting import Boosting
from services.strategy.scoring.features import FEATURES
from services.strategy.scoring.scorecard import Scorecard, ScorecardDocument

MANIFEST = "model.json"


class ModelKind(StrEnum):
    SCORECARD = "scorecard"
    BOOSTING = "boosting"


_FILES = {ModelKind.SCORECARD: "scorecard.json", ModelKind.BOOSTING: "trees.txt"}


class UnusableModel(Exception):
    """The folder holds no model that can be used; the message says why and what to do."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a model is. `digest` is the SHA-256 of its file and names it; `quality` is of unseen accounts."""

    kind: ModelKind
    digest: str
    features: list[str]
    made_at: datetime
    trained_on: str
    """SHA-256 of the file with the histories."""
    accounts: int
    quality: dict[str, Any]

    @property
    def model_id(self) -> str:
        """The name by which decisions cite it."""
        return f"{self.kind}-{self.digest[:12]}"


def save(folder: Path, model: Scorecard | Boosting, **known: Any) -> Manifest:
    """Write the model into `folder` (made where missing); `known` are the manifest's other fields."""
    kind = ModelKind.SCORECARD if isinstance(model, Scorecard) else ModelKind.BOOSTING
    content = _encoded(model)
    manifest = Manifest(
        kind=kind, digest=hashlib.sha256(content).hexdigest(), features=list(FEATURES), **known
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _FILES[kind]).write_bytes(content)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


def load(folder: Path) -> tuple[Manifest, Scorecard | Boosting]:
    """The model of a folder. Raises UnusableModel."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        content = (folder / _FILES[manifest.kind]).read_bytes()
    except FileNotFoundError as error:
        raise UnusableModel(
            f"{folder} has no {Path(error.filename).name}. Train a model with `recoup score train`."
        ) from None
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise UnusableModel(f"{folder / MANIFEST} is no manifest of a model: {error}") from None
    if hashlib.sha256(content).hexdigest() != manifest.digest:
        raise UnusableModel(
            f"{folder / _FILES[manifest.kind]} is not the file that the manifest names by its digest. "
            "Put the original back or train again."
        )
    try:
        return manifest, _decoded(manifest.kind, content)
    except (ValueError, msgspec.ValidationError, lightgbm.basic.LightGBMError) as error:
        raise UnusableModel(f"the model in {folder} cannot be used: {error}") from None


def _encoded(model: Scorecard | Boosting) -> bytes:
    if isinstance(model, Scorecard):
        return msgspec.json.format(msgspec.json.encode(model.document)) + b"\n"
    return model.booster.model_to_string().encode()


def _decoded(kind: ModelKind, content: bytes) -> Scorecard | Boosting:
    if kind is ModelKind.SCORECARD:
        return Scorecard(msgspec.json.decode(content, type=ScorecardDocument))
    return Boosting(lightgbm.Booster(model_str=content.decode()))
