"""What is wrong with a policy, said so that whoever wrote it can put it right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (file, line and column from 1, field), what, and what to do about it."""

    file: str
    line: int
    column: int
    field: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.field}: {self.what}. {self.remedy}."


class PolicyError(ValueError):
    """A policy that cannot be used; the message has a line for each problem."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
