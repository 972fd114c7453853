"""Keyset paging: the rows behind a position in a sort order, as SQL, and cursors as opaque text. Runs no SQL.

A record without the attribute counts as greater than every record with a value. Between equals the record's key
decides, in the direction of the first sort key: so an index (attribute, key) serves both directions.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from tmf_server.errors import InvalidInput
from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Sort
from tmf_server.storage.values.column_map import NUMBERS

DIGEST_BYTES = 6


@dataclass(frozen=True, slots=True)
class SortKey:
    """SQL to sort by; `indexed` when an index has the values in order, `nullable` when a value can be NULL."""

    sql: str
    descending: bool
    nullable: bool = True
    indexed: bool = False

    def reversed(self) -> "SortKey":
        """Return the key in the opposite direction."""
        return SortKey(self.sql, not self.descending, self.nullable, self.indexed)

    def named(self, name: str) -> str:
        """Write the term of ORDER BY, by the name of the value in the SELECT."""
        nulls = "" if not self.nullable else " NULLS FIRST" if self.descending else " NULLS LAST"
        return f"{name}{' DESC' if self.descending else ''}{nulls}"

    def same(self, value: Any, binds: BindParameters) -> str:
        """Write the condition of rows with the value."""
        return f"{self.sql} IS NULL" if value is None else f"{self.sql} = {binds.add(value)}"

    def beyond(self, value: Any, binds: BindParameters) -> list[str]:
        """Write the conditions of later rows; the conditions exclude each other."""
        if value is None:
            return [f"{self.sql} IS NOT NULL"] if self.descending else []
        later = f"{self.sql} {'<' if self.descending else '>'} {binds.add(value)}"
        return [later, f"{self.sql} IS NULL"] if self.nullable and not self.descending else [later]


def following(keys: Sequence[SortKey], values: Sequence[Any], binds: BindParameters) -> list[str]:
    """Write conditions on the rows after the position; exactly one holds for a row, so each can use an index."""
    first, *rest = keys
    choices = first.beyond(values[0], binds)
    if rest:
        inner = " OR ".join(following(rest, values[1:], binds))
        choices.insert(0, f"{first.same(values[0], binds)} AND ({inner})")
    return choices


class Cursors:
    """Positions in a sort order of an entity's records."""

    def __init__(self, kind: str, sort: tuple[Sort, ...]) -> None:
        self.sort = sort
        self._order = orjson.dumps([kind, *([*one.path, one.descending] for one in sort)])

    def of(self, row: Sequence[Any]) -> str:
        """Return the cursor of a row of a page: the key is first, the sort values stand behind the five fields."""
        return self.encode(row[5:], row[0])

    def encode(self, values: Sequence[Any], key: int) -> str:
        """Return the cursor of a row with the sort values and the key."""
        packed = orjson.dumps([key, *(str(value) if isinstance(value, Decimal) else value for value in values)])
        return base64.urlsafe_b64encode(self._digest(packed) + packed).rstrip(b"=").decode()

    def decode(self, cursor: str) -> tuple[list[Any], int]:
        """Return sort values and key of a cursor. Raises InvalidInput for a text made by no page in the same order."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _foreign() from error
        digest, packed = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
        if digest != self._digest(packed):
            raise _foreign()
        key, *values = orjson.loads(packed)
        return [_typed(value, one.kind) for value, one in zip(values, self.sort, strict=True)], int(key)

    def _digest(self, packed: bytes) -> bytes:
        return hashlib.blake2b(self._order + packed, digest_size=DIGEST_BYTES).digest()


def _foreign() -> InvalidInput:
    return InvalidInput(
        "The cursor does not belong to this collection in this order. Start again without it, with the same sort.",
        code="invalidCursor",
    )


def _typed(value: Any, kind: str) -> Any:
    if value is None or kind not in NUMBERS or not isinstance(value, str):
        return value
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise _foreign() from error
