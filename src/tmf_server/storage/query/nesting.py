"""Rewrites deeply nested conditions with fewer levels. Pure; writes no SQL.

A database reads an expression with a stack, and SQLite's is short: parentheses inside of parentheses overflow it long
before a hundred conditions are many. So denials are moved to the comparisons, and the deepest part of a conjunction is
put first: a term before a parenthesis waits on the stack until the parenthesis is closed.
"""

from tmf_server.errors import InvalidInput
from tmf_server.storage.query.conditions import And, Condition, Not, Or, Some, denial

ELEMENTS = 20
"""Levels for which a look at the elements of an array takes room."""

SHALLOW = 44
"""Levels up to which a condition is left as written."""

DEEPEST = 120
"""Levels that both databases can read; a hundred conditions nested in each other have fewer."""


def depth(condition: Condition) -> int:
    """Return the number of nested levels."""
    match condition:
        case And(parts) | Or(parts):
            return 1 + max(map(depth, parts), default=0)
        case Not(part):
            return 1 + depth(part)
        case Some(_, inner):
            return ELEMENTS + depth(inner)
    return 0


def flattened(condition: Condition) -> Condition:
    """Return the condition, rewritten where deep. Raises InvalidInput for a condition still too deep."""
    if depth(condition) <= SHALLOW:
        return condition
    made = _written(condition, denied=False)
    if depth(made) > DEEPEST:
        raise InvalidInput("The filter is nested too deeply. Ask in several queries.", code="invalidFilter")
    return made


def _written(condition: Condition, *, denied: bool) -> Condition:
    match condition:
        case Not(part):
            return _written(part, denied=not denied)
        case And(parts) | Or(parts):
            made = Or if isinstance(condition, And) == denied else And
            written = [_written(part, denied=denied) for part in parts]
            flat = [inner for part in written for inner in (part.parts if isinstance(part, made) else (part,))]
            return made(tuple(sorted(flat, key=depth, reverse=True)))
        case Some(path, inner):
            condition = Some(path, _written(inner, denied=False))
    return denial(condition) if denied else condition
