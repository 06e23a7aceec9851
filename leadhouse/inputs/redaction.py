"""Rejected rows, fit for people who may not see whom they are about.

What they need is to find the row in their own files and to see what is wrong with it. So ids, words
of lists, times and numbers stay. All other texts may tell of a person and are hidden: by a keyed
hash where there is a key, so that equal texts are still equal and those who hold the key can ask
for one. (A hash without a key hides no address: who guesses it can calculate it.)
"""

import hashlib
import hmac
import json
import os
import re
from datetime import datetime
from urllib.parse import unquote

from leadhouse.inputs.contract import TABLES, Column, Kind
from leadhouse.inputs.layouts import canonical_name
from leadhouse.texts import without_addresses

KEY_VARIABLE = "LEADHOUSE_HASH_KEY"
_SHORTEST_KEY = 16
_HIDDEN = "[hidden]"
_COLUMNS = {table.name: {column.name: column for column in table.columns} for table in TABLES}
# No id or word of a list: a name with a blank, a telephone number with its plus.
_MAYBE_ID = re.compile(r"[^\s+]*")
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")


class HashKeyError(ValueError):
    """The key in the environment is none; the message is a sentence that says what to do."""


class Redaction:
    """Hides what a row tells of a person.

    Args:
        key: of the hashes, as text; empty for none.

    Raises:
        HashKeyError: the key is shorter than 16 signs.
    """

    def __init__(self, key: str) -> None:
        if key and len(key) < _SHORTEST_KEY:
            raise HashKeyError(
                f"{KEY_VARIABLE} is too short to keep anything secret: set it to {_SHORTEST_KEY} "
                "signs or more, as `openssl rand -hex 32` gives them."
            )
        self._key = key.encode()

    @classmethod
    def from_environment(cls) -> "Redaction":
        return cls(os.environ.get(KEY_VARIABLE, ""))

    def person_hash(self, text: str) -> str:
        """HMAC-SHA-256 of a text in lower case without blanks around it, in hexadecimal digits.

        `[hidden]` where there is no key.
        """
        if not self._key:
            return _HIDDEN
        return hmac.new(self._key, text.strip().lower().encode(), hashlib.sha256).hexdigest()

    def row(self, table: str, row_text: str) -> str:
        """A row of a table of the contract, JSON in and out, with the columns that it has."""
        columns = _COLUMNS[table]
        return json.dumps(
            {
                without_addresses(name, self.person_hash): self._shown(
                    columns.get(canonical_name(name)), value
                )
                for name, value in json.loads(row_text).items()
            },
            ensure_ascii=False,
        )

    def _shown(self, column: Column | None, value: object) -> object:
        if value is None or value == "":
            return value
        if column and column.kind not in (Kind.TEXT, Kind.JSON):
            is_plain = not isinstance(value, str) or _is_a(column.kind, value.strip())
            return value if is_plain else _shape(value)
        text = value if isinstance(value, str) else json.dumps(value)
        if column and column.is_plain and _MAYBE_ID.fullmatch(text):
            # (In a URL an address is written otherwise, and is the same.)
            return without_addresses(text, lambda found: self.person_hash(unquote(found)))
        return self.person_hash(text)


def _is_a(kind: Kind, text: str) -> bool:
    """Whether a text is a time, a number or a boolean, as its column wants: else it may be a
    telephone number where a time should be."""
    try:
        match kind:
            case Kind.TIME:
                datetime.fromisoformat(text)
            case Kind.NUMBER:
                float(text)
                return not text.startswith(("+", "00"))
            case _:
                return text.lower() in {"true", "false"}
    except ValueError:
        return False
    return True


def _shape(text: str) -> str:
    """What is none, with `a` for letters and `9` for digits: that shows what is wrong."""
    return _DIGIT.sub("9", _LETTER.sub("a", text))
