"""Query strings that ask for the records of a noun: plain filters and JSONPath, and mistakes. Holds no test.

Names are the document's, values mostly of the kind that the name has; now and then both are of no kind at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from urllib.parse import quote

from tmf_server.registry.exposure import Exposure
from tmf_server.rest.query.attributes import attributes_of

Names = tuple[str, ...]

DEEPEST = 3
ODD_NAMES = ("nothing", "@type", "@baseType", "id.id", "fields", "value.x.gte", "a" + ".b" * 40, "note.*", "ä", "")
SIGNS = {"eq": "==", "ne": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "regex": "=~"}
ODD_OPERATORS = ("like", "eq.ne", "in")
VALUES = {
    "text": ["some text", "a", "Active", "fibre", "größer", "日本", "", "'", "x" * 300, "100", "true", "\U0001f600"],
    "number": ["1", "1.5", "-0", "1e400", "9007199254740993", "0.1", "12345678901234567890.5"],
    "instant": ["2026-01-01T00:00:00Z", "2026-01-01", "2026-01-01T02:00:00.000001+02:00", "9999-12-31"],
    "boolean": ["true", "false"],
    "regex": ["^s", "x$", "(?i)FIBRE", "[^a]", "(a+)+$", "(", "a{1,3}", "\\d", "", "ä|ß", "x" * 250],
}
ALIKE = {"integer": "number", "any": "text", "object": "text"}
ESCAPES = ("\\ud800", "\\u0000", "\\uD83D\\uDE00", "\\'", "\\\\", "\\n", "\\x")
ODD_LITERALS = ("null", "true", "1.5", "''", *(f"'{one}'" for one in ESCAPES))
FOREIGN = ("..name", "[0]", "[-1]", "[0:2]", "['id','name']", ".*", "[*]", "[~'a']", "[?()]", "[?(@)]", "")


@dataclass(frozen=True)
class Held:
    """An attribute by its path, and what it holds."""

    path: Names
    kind: str


@cache
def attributes(exposure: Exposure) -> tuple[Held, ...]:
    """Every attribute of the noun as its document shows it."""
    return tuple(_attributes(exposure, ()))


@cache
def comparable(exposure: Exposure, below: Names = ()) -> tuple[Held, ...]:
    """The attributes below a path whose values can be compared, by their paths from there."""
    inside = [one for one in attributes(exposure) if one.path[: len(below)] == below and one.path != below]
    return tuple(Held(one.path[len(below) :], one.kind) for one in inside if one.kind != "object")


def _attributes(exposure: Exposure, path: Names) -> Iterator[Held]:
    known = attributes_of(exposure)
    owner = known.contract.attribute(exposure.schema, path)
    for name in known.contract.all_properties(owner.schema) if owner and owner.schema else ():
        inner = (*path, name)
        yield from (Held(inner, one.attribute.kind) for one in known.lookup(inner))
        if len(inner) < DEEPEST:
            yield from _attributes(exposure, inner)


class Queries:
    """Draws the query strings of one noun."""

    def __init__(self, exposure: Exposure, drawn: Random) -> None:
        self._exposure = exposure
        self._drawn = drawn
        self._objects = [one.path for one in attributes(exposure) if comparable(exposure, one.path)]

    def one(self) -> str:
        """A query string: filters, a JSONPath, or both."""
        kinds: list[Callable[[], list[str]]] = [
            self._filters,
            lambda: [self._json_path()],
            lambda: [*self._filters(), self._json_path()],
        ]
        return "&".join(self._drawn.choice(kinds)())

    def _rarely(self) -> bool:
        return self._drawn.random() < 1 / 40

    def _filters(self) -> list[str]:
        size = self._drawn.randint(30, 60) if self._rarely() else self._drawn.randint(1, 3)
        sign = self._drawn.choice("&;")
        return [sign.join(self._filter() for _ in range(size))]

    def _filter(self) -> str:
        held = self._drawn.choice(comparable(self._exposure))
        name = self._drawn.choice(ODD_NAMES) if self._rarely() else ".".join(held.path)
        operator = self._operator(held)
        kind = "regex" if operator == "regex" else held.kind
        values = [quote(self._value(kind), safe="") for _ in range(self._drawn.choice((1, 1, 2, 3)))]
        signed = operator in SIGNS and self._drawn.random() < 0.5
        return f"{quote(name)}{quote(SIGNS[operator]) if signed else f'.{operator}='}{','.join(values)}"

    def _operator(self, held: Held) -> str:
        """An operator that fits the attribute, as a suffix."""
        if self._rarely():
            return self._drawn.choice((*SIGNS, *ODD_OPERATORS))
        ordered = [] if held.kind == "boolean" or held.path[-1] == "href" else ["gt", "gte", "lt", "lte"]
        texts = ["regex"] if held.kind in ("text", "any") else []
        return self._drawn.choice(["eq", "ne", *ordered, *texts])

    def _value(self, kind: str) -> str:
        """A value that fits the kind."""
        kind = self._drawn.choice(list(VALUES)) if self._rarely() else ALIKE.get(kind, kind)
        # of the patterns, mostly those that are right
        return self._drawn.choice(VALUES[kind][:4] if kind == "regex" and not self._rarely() else VALUES[kind])

    def _json_path(self) -> str:
        if self._rarely():
            path = ".".join(self._drawn.choice(attributes(self._exposure)).path) + self._drawn.choice(FOREIGN)
        elif self._objects and self._drawn.random() < 1 / 3:
            path = self._within()
        else:
            path = f"$[?({self._logic(self._leaf, 3)})]"
        return f"filter={quote(path, safe='')}"

    def _leaf(self) -> str:
        if self._objects and self._drawn.random() < 1 / 4:
            return f"@.{self._within()}"
        return self._condition(self._drawn.choice(comparable(self._exposure)))

    def _within(self) -> str:
        """A filter of the elements at a path by what they hold."""
        path = self._drawn.choice(self._objects)
        inside = comparable(self._exposure, path)
        condition = self._logic(lambda: self._condition(self._drawn.choice(inside)), 2)
        return f"{'.'.join(path)}[?({condition})]"

    def _logic(self, leaf: Callable[[], str], depth: int) -> str:
        if depth == 0 or self._drawn.random() < 0.4:
            return leaf()
        if self._rarely():
            return self._drawn.choice((" && ", " || ")).join([leaf()] * self._drawn.randint(2, 90))
        form = self._drawn.choice(("{} && {}", "{} || {}", "({} || {})", "!({})", "!!({})"))
        return form.format(*(self._logic(leaf, depth - 1) for _ in range(form.count("{}"))))

    def _condition(self, held: Held) -> str:
        place = "@" + "".join(self._drawn.choice((f"['{name}']", f".{name}")) for name in held.path)
        if self._drawn.random() < 1 / 6:
            return self._drawn.choice(("", "!")) + place
        operator = self._operator(held)
        literal = self._literal("regex" if operator == "regex" else held.kind)
        sides = [place, literal] if operator == "regex" else self._drawn.sample([place, literal], 2)
        return f" {SIGNS.get(operator, operator)} ".join(sides)

    def _literal(self, kind: str) -> str:
        if self._rarely():
            return self._drawn.choice(ODD_LITERALS)
        value = self._value(kind)
        if kind == "regex":
            return f"/{value}/{self._drawn.choice(('', 'i', 's'))}"
        if kind in ("number", "integer", "boolean"):
            return value
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
