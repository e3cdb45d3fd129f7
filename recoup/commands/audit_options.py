"""Options that several audit commands share."""

from typing import Annotated

import typer

KeyOption = Annotated[
    list[str] | None,
    typer.Option("--key", help="The log's public key (C2SP verifier key), or a file with it. Repeatable."),
]
WitnessKeyOption = Annotated[
    list[str] | None,
    typer.Option("--witness-key", help="A trusted witness's public key, or a file with it. Repeatable."),
]
QuorumOption = Annotated[
    int | None,
    typer.Option("--quorum", min=0, help="How many of the witnesses must have cosigned; all by default."),
]
