"""Which language words are in, by the share of scripts. It tells Chinese from Latin script, no more."""

from unicodedata import name

_HAN_WEIGHT = 5
"""A Chinese character says about as much as five Latin letters."""
_FEWEST = 10


def subtag(language: str) -> str:
    """The primary subtag of a BCP 47 language tag: `zh` of `zh-CN`."""
    return language.replace("_", "-").partition("-")[0].casefold()


def script_of(text: str) -> str | None:
    """`zh`, `latin` or `other`, whichever the text is mostly in; None where it says too little."""
    han = latin = other = 0
    for character in text:
        if not character.isalpha():
            continue
        if "a" <= character.casefold() <= "z" or name(character, "").startswith("LATIN"):
            latin += 1
        elif "一" <= character <= "鿿":
            han += _HAN_WEIGHT
        else:
            other += 1
    most = max(han, latin, other)
    if most < _FEWEST:
        return None
    return "other" if most == other else "zh" if han > latin else "latin"


def agrees(text: str, language: str) -> bool:
    """Whether the text may be in the language that it is said to be in. Only Chinese is told apart."""
    script = script_of(text)
    return script is None or (script == "zh") == (subtag(language) == "zh")
