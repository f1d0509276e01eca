"""What the client acts by in the text of an operation."""

import re
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

_TOKEN = re.compile(r'"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*|\w+|[^\s,\ufeff]')
"""Texts, comments, names and signs; what is ignored between them is whitespace, commas and a byte order mark."""
_KINDS = {"{": "query", "query": "query", "mutation": "mutation", "subscription": "subscription"}
_HEAD_OF_QUERY = re.compile(r"^((?:[\s,\ufeff]|#[^\n\r]*[\n\r])*)query\b")


@dataclass(frozen=True)
class Document:
    """The parts of an operation that the client acts by."""

    kind: str
    name: Optional[str]
    inputs: Tuple[Optional[str], ...]
    """The variables that are given to an argument `input`; None stands for a value that is written out."""


def read_document(text: str) -> Document:
    """Reads a text that holds one operation, before its fragments."""
    tokens = [token for token in _TOKEN.findall(text) if not token.startswith("#")]
    kind = _KINDS.get(tokens[0]) if tokens else None
    if kind is None:
        raise TypeError("The document is no text that begins with an operation.")
    is_named = len(tokens) > 1 and tokens[0] != "{" and re.match(r"\w", tokens[1]) is not None
    return Document(kind, tokens[1] if is_named else None, tuple(dict.fromkeys(_inputs_of(tokens))))


def as_subscription(text: str) -> str:
    """The text of a query as that of a subscription."""
    return _HEAD_OF_QUERY.sub(r"\1subscription", text)


def _inputs_of(tokens: Sequence[str]) -> List[Optional[str]]:
    """What each argument `input` of a field is given."""
    inputs: List[Optional[str]] = []
    open_signs: List[str] = []
    for i, token in enumerate(tokens):
        if token in ("(", "{"):
            open_signs.append(token)
        elif token in (")", "}") and open_signs:
            open_signs.pop()
        # No alias, no member of an object, no variable.
        elif token == "input" and tokens[i - 1] != "$" and open_signs[-1:] == ["("] and tokens[i + 1 : i + 2] == [":"]:
            inputs.append(tokens[i + 3] if tokens[i + 2 : i + 3] == ["$"] and i + 3 < len(tokens) else None)
    return inputs
