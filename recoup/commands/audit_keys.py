"""`recoup audit new-key`: keys for a log or a witness, as settings take them."""

import os
from base64 import b64encode
from datetime import UTC, datetime
from typing import Annotated

import typer

from recoup.errors import Mistake
from services.compliance.log.errors import KeyFormatError
from services.compliance.log.keys import SignatureType, Signer

_SEED_SIZE = 32


def new_key(
    name: Annotated[
        str,
        typer.Argument(help="The log's origin without a year (RECOUP_LOG_ORIGIN), or the witness's name."),
    ],
    for_witness: Annotated[bool, typer.Option("--witness", help="A witness's key, not a log's.")] = False,
) -> None:
    """Print a new secret and its public key as settings. Who runs the log never gets its witness's secret."""
    seed = os.urandom(_SEED_SIZE)
    try:
        if for_witness:
            signer = Signer(name, seed, SignatureType.COSIGNATURE_V1)
        else:
            # A key is of one year's log by its name, and by that of the logs of all years.
            signer = Signer(f"{name}/{datetime.now(UTC).year}", seed)
    except KeyFormatError as error:
        raise Mistake(f"{name!r} cannot be the name of a key: {error}.") from None
    secret, public = (
        ("RECOUP_WITNESS_KEY", "RECOUP_WITNESS_PUBLIC_KEY")
        if for_witness
        else ("RECOUP_LOG_SIGNING_KEY", "RECOUP_LOG_PUBLIC_KEY")
    )
    typer.echo(f"{secret}={b64encode(seed).decode()}")
    typer.echo(f"{public}={signer.verifier.encode()}")
