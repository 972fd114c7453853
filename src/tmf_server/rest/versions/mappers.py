"""What happens to one attribute on its way between two versions. Pure; names no noun.

Every step works in both directions: `show` writes what the other version sees of a canonical value into `out`; `accept`
writes the canonical value of a shown one, and what cannot be canonical into `kept`; `restore` gets each canonical
attribute that the shown document does not account for, and keeps it if it was never shown.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tmf_server.registry.entity import Document, Path
from tmf_server.rest.body.align import partners, same_one
from tmf_server.rules.canonical import V4_EXTRAS

_NOTHING = object()


class Objects(Protocol):
    """How objects at one place look in both versions (a plan)."""

    def show(self, node: Document) -> Document:
        """The object as the other version sees it."""
        ...

    def accept(self, shown: Document, base: Document | None = None, seen: Document | None = None) -> Document:
        """The canonical object of a shown one; `seen` is what `base` looks like, if the caller knows it."""
        ...

    def paths(self, path: Path) -> tuple[Path, ...]:
        """The canonical paths where a value at a path of the other version can lie, the usual one first."""
        ...

    def values(self, path: Path, value: Any) -> tuple[Any, ...]:
        """The canonical values that are shown as `value` at a path of the other version."""
        ...

    def settled(self, path: Path, value: Any) -> bool:
        """True when an object that shows `value` has it at the usual path, never at another."""
        ...


class Step:
    """An attribute that both versions have, under one name each."""

    __slots__ = ("shown", "stored")

    def __init__(self, shown: str, stored: str) -> None:
        self.shown = shown
        self.stored = stored

    def show(self, value: Any, out: Document) -> None:
        """Write what the other version sees of a canonical value."""
        out[self.shown] = value

    def accept(self, value: Any, base: Document | None, out: Document, kept: Document) -> None:  # noqa: ARG002
        """Write the canonical value of a shown one."""
        out[self.stored] = value

    def restore(self, value: Any, out: Document) -> None:
        """Keep what was not shown of a canonical value that the shown document does not have."""

    def paths(self, rest: Path) -> tuple[Path, ...]:
        """The canonical paths of this attribute and what is below it, the usual one first."""
        return ((self.stored, *rest),)

    def values(self, rest: Path, value: Any) -> tuple[Any, ...]:  # noqa: ARG002
        """The canonical values that are shown as `value`."""
        return (value,)

    def settled(self, rest: Path, value: Any) -> bool:  # noqa: ARG002
        """There is no other path."""
        return True


class Hidden(Step):
    """A canonical attribute that the other version does not show."""

    __slots__ = ()

    def __init__(self, stored: str) -> None:
        super().__init__("", stored)

    def show(self, value: Any, out: Document) -> None:
        """Nothing is shown."""

    def restore(self, value: Any, out: Document) -> None:
        """It stays as it is."""
        out[self.stored] = value


class Kept(Step):
    """An attribute of the other version that the canonical shape does not have."""

    __slots__ = ()

    def __init__(self, shown: str) -> None:
        super().__init__(shown, "")

    def accept(self, value: Any, base: Document | None, out: Document, kept: Document) -> None:  # noqa: ARG002
        """It goes into the residue."""
        kept[self.shown] = value

    def paths(self, rest: Path) -> tuple[Path, ...]:
        """Where it lies in the residue."""
        return ((V4_EXTRAS, self.shown, *rest),)


class Inner(Step):
    """An attribute that holds an object or an array of objects, which look different in their turn."""

    __slots__ = ("plan",)

    def __init__(self, shown: str, stored: str, plan: Objects) -> None:
        super().__init__(shown, stored)
        self.plan = plan

    def show(self, value: Any, out: Document) -> None:
        """Show each object."""
        if type(value) is list:
            show = self.plan.show
            out[self.shown] = [show(element) if type(element) is dict else element for element in value]
        else:
            out[self.shown] = self.plan.show(value) if type(value) is dict else value

    def accept(self, value: Any, base: Document | None, out: Document, kept: Document) -> None:  # noqa: ARG002
        """Accept each object against the one that it was before."""
        before = None if base is None else base.get(self.stored)
        out[self.stored] = accept_value(self.plan, value, before)

    def paths(self, rest: Path) -> tuple[Path, ...]:
        """The path goes on in the object."""
        return tuple((self.stored, *path) for path in self.plan.paths(rest))

    def values(self, rest: Path, value: Any) -> tuple[Any, ...]:
        """The values of an attribute below."""
        return self.plan.values(rest, value)

    def settled(self, rest: Path, value: Any) -> bool:
        """As the object says."""
        return self.plan.settled(rest, value)


class Limited(Step):
    """A value that v5 takes only from some; what it would not take is kept, what v4 lacks is shown as the nearest."""

    __slots__ = ("allowed", "to_shown", "to_stored")

    def __init__(self, shown: str, stored: str, allowed: Callable[[Any], bool], to_shown: Mapping[str, str]) -> None:
        super().__init__(shown, stored)
        self.allowed = allowed
        self.to_shown = to_shown
        self.to_stored = {value: name for name, value in reversed(list(to_shown.items())) if not allowed(value)}

    def show(self, value: Any, out: Document) -> None:
        """Show the nearest value."""
        out[self.shown] = self._nearest(value)

    def accept(self, value: Any, base: Document | None, out: Document, kept: Document) -> None:
        """The value of before where it is still shown so; else the value meant, or into the residue.

        Where v5 has a value that it would not take, of a type that does not say so, it takes the next one as well.
        """
        before = base.get(self.stored, _NOTHING) if base is not None else _NOTHING
        if before is not _NOTHING and self._nearest(before) == value:
            out[self.stored] = before
        elif self._fits(value) or (before is not _NOTHING and not self.allowed(before)):
            out[self.stored] = self._meant(value)
        else:
            kept[self.shown] = value

    def paths(self, rest: Path) -> tuple[Path, ...]:
        """Where v5 has it, and where it is when v5 would not take it."""
        return ((self.stored, *rest), (V4_EXTRAS, self.shown, *rest))

    def values(self, rest: Path, value: Any) -> tuple[Any, ...]:  # noqa: ARG002
        """Every canonical value that looks like this one."""
        several = [name for name, shown in self.to_shown.items() if shown == value]
        return (value, *several) if value not in self.to_shown and value not in self.to_stored else tuple(several)

    def settled(self, rest: Path, value: Any) -> bool:
        """Only what v5 would not take is kept aside."""
        return not rest and self._fits(value)

    def _fits(self, value: Any) -> bool:
        return self.allowed(self._meant(value))

    def _meant(self, value: Any) -> Any:
        return self.to_stored.get(value, value) if isinstance(value, str) else value

    def _nearest(self, value: Any) -> Any:
        return self.to_shown.get(value, value) if isinstance(value, str) else value


class Withheld(Step):
    """A value that the other version takes only from some, without a word for the others: it does not see them."""

    __slots__ = ("takes",)

    def __init__(self, shown: str, stored: str, takes: Callable[[Any], bool]) -> None:
        super().__init__(shown, stored)
        self.takes = takes

    def show(self, value: Any, out: Document) -> None:
        """Show what it takes."""
        if self.takes(value):
            out[self.shown] = value

    def restore(self, value: Any, out: Document) -> None:
        """What was not shown stays as it is."""
        if not self.takes(value):
            out[self.stored] = value


class Lifted(Step):
    """A value here that is inside an object in the canonical shape."""

    __slots__ = ("inner", "type_name")

    def __init__(self, shown: str, stored: str, inner: str, type_name: str | None) -> None:
        super().__init__(shown, stored)
        self.inner = inner
        self.type_name = type_name

    def show(self, value: Any, out: Document) -> None:
        """Show the inner value."""
        if isinstance(value, dict) and self.inner in value:
            out[self.shown] = value[self.inner]

    def accept(self, value: Any, base: Document | None, out: Document, kept: Document) -> None:  # noqa: ARG002
        """The object of before if it has this value, else a new one."""
        out[self.stored] = self.holder(value, None if base is None else base.get(self.stored))

    def holder(self, value: Any, before: Any) -> Document:
        """The canonical object around a value."""
        if isinstance(before, dict) and self.inner in before and before[self.inner] == value:
            return before
        return {self.inner: value} if self.type_name is None else {"@type": self.type_name, self.inner: value}

    def restore(self, value: Any, out: Document) -> None:
        """An object without the inner value was never shown."""
        if not isinstance(value, dict) or self.inner not in value:
            out[self.stored] = value

    def paths(self, rest: Path) -> tuple[Path, ...]:
        """Inside the object."""
        return ((self.stored, self.inner, *rest),)


class FirstOf(Step):
    """The first element of a canonical array, shown alone; the others stay."""

    __slots__ = ("element",)

    def __init__(self, element: Step) -> None:
        super().__init__(element.shown, element.stored)
        self.element = element

    def show(self, value: Any, out: Document) -> None:
        """Show the first element."""
        if isinstance(value, list):
            if value:
                self.element.show(value[0], out)
        else:
            self.element.show(value, out)

    def accept(self, value: Any, base: Document | None, out: Document, kept: Document) -> None:
        """Put it in the place of the first."""
        before = base.get(self.stored) if base is not None else None
        elements = before if isinstance(before, list) else []
        first = {self.stored: elements[0]} if elements else None
        self.element.accept(value, first, out, kept)
        out[self.stored] = [out[self.stored], *elements[1:]]

    def restore(self, value: Any, out: Document) -> None:
        """Only the first goes when it is taken away, and only if it was shown."""
        probe: Document = {}
        self.show(value, probe)
        left = value[1:] if probe and isinstance(value, list) else value
        if left or not probe:
            out[self.stored] = left

    def paths(self, rest: Path) -> tuple[Path, ...]:
        """A path through an array means some element."""
        return self.element.paths(rest)

    def values(self, rest: Path, value: Any) -> tuple[Any, ...]:
        """As for one element."""
        return self.element.values(rest, value)

    def settled(self, rest: Path, value: Any) -> bool:
        """As for one element."""
        return self.element.settled(rest, value)


def accept_value(plan: Objects, value: Any, before: Any) -> Any:
    """The canonical value of a shown object or array of objects, given the canonical value of before."""
    if type(value) is list:
        if type(before) is list and before:
            return _accept_elements(plan, value, before)
        return [plan.accept(element) if type(element) is dict else element for element in value]
    if type(value) is not dict:
        return value
    if type(before) is not dict:
        return plan.accept(value)
    seen = plan.show(before)
    return plan.accept(value, before, seen) if same_one(value, seen) else plan.accept(value)


def _accept_elements(plan: Objects, elements: list[Any], before: list[Any]) -> list[Any]:
    seen = [plan.show(element) if type(element) is dict else element for element in before]
    accepted = []
    for element, index in zip(elements, partners(elements, seen), strict=True):
        if type(element) is not dict:
            accepted.append(element)
        elif index is None:
            accepted.append(plan.accept(element))
        else:
            accepted.append(plan.accept(element, before[index], seen[index]))
    return accepted
