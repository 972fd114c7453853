"""The words in which a noun's v4 view is declared. Data only; the compiler turns them into plans. Names no noun.

A table maps a pair of schema names (v4's, v5's) to the rules for objects at places where the documents have this pair.
What the two schemas declare alike needs no rule; neither do attributes that only one of them declares, strings that v5
types as enums, and nested `@type`s: the compiler reads these from the documents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tmf_server.registry.entity import Document, Path


@dataclass(frozen=True, slots=True)
class Rename:
    """An attribute that has another name in v5; what is below it is seen to by the schemas."""

    shown: str
    stored: str


@dataclass(frozen=True, slots=True)
class Values:
    """Values that v4 shows differently: v5's → v4's. The first v5 value of a v4 value is the one to store for it."""

    attribute: str
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lift:
    """A v4 attribute whose value v5 keeps inside an object: `parentId` ↔ `parent.id`."""

    shown: str
    stored: str
    inner: str = "id"


@dataclass(frozen=True, slots=True)
class Lower:
    """Attributes that v4 keeps inside an object and v5 beside it; `names` maps v4's inner names to v5's."""

    shown: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class First:
    """One value in v4, an array in v5: v4 shows the first. With `inner`, v4's value is that attribute of the first."""

    attribute: str
    inner: str | None = None


@dataclass(frozen=True, slots=True)
class Wrap:
    """A flat v4 object whose reference or value v5 keeps in the attribute `inner`, the rest beside it.

    `types` says by `@referredType` (in lower case) which `@type` the inner object has where v4 does not say.
    """

    inner: str
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TypeName:
    """The `@type` of a record that comes through v4 without one, where it is not the name of v5's schema."""

    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Attributes of which the two versions have another structure.

    `shown` maps the v4 attributes to the names that `get` can give inside each (None: not an object). `stored` are the
    v5 attributes. `get` makes the v4 part from the v5 part; `put` makes the v5 part from the v4 part and the v5 part
    that there was. A `@type` in a v5 part is the object's own: `put` may propose one. `paths` maps v4 to v5 paths, and
    `values` such a v4 path to what its values in v5 are shown as. What `get` does not give back is kept aside, and
    shown again for as long as `put` of it would change nothing.
    """

    shown: Mapping[str, frozenset[str] | None]
    stored: frozenset[str]
    get: Callable[[Document], Document]
    put: Callable[[Document, Document], Document]
    paths: Mapping[Path, Path] = field(default_factory=dict)
    values: Mapping[Path, Mapping[str, str]] = field(default_factory=dict)


Rule = Rename | Values | Lift | Lower | First | Wrap | TypeName | Group
Rules = Mapping[tuple[str, str], tuple[Rule, ...]]
