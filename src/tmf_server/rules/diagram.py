"""A lifecycle drawn as text, in the language of Mermaid. No HTTP, no SQL."""

import re

from tmf_server.rules.lifecycle import Lifecycle

ANY = "any text"
"""The single state in the diagram of a lifecycle without a table."""


def mermaid(lifecycle: Lifecycle) -> str:
    """Return the state diagram of a lifecycle with the initial state, the final states and every move."""
    lines = ["stateDiagram-v2"]
    if not lifecycle.moves:
        lines += [f'    state "{ANY}" as {_key(ANY)}', f"    {_key(ANY)} --> {_key(ANY)}"]
    lines += [f'    state "{state}" as {_key(state)}' for state in lifecycle.moves if _key(state) != state]
    if lifecycle.initial is not None:
        lines.append(f"    [*] --> {_key(lifecycle.initial)}")
    for state, following in lifecycle.moves.items():
        lines += [f"    {_key(state)} --> {_key(after)}" for after in _in_order(lifecycle, following)]
        if not following:
            lines.append(f"    {_key(state)} --> [*]")
    return "\n".join(lines)


def rows(lifecycle: Lifecycle) -> list[tuple[str, tuple[str, ...]]]:
    """Return every state with the next states, both in the order of the table; a final state has none."""
    return [(state, _in_order(lifecycle, following)) for state, following in lifecycle.moves.items()] or [(ANY, (ANY,))]


def _in_order(lifecycle: Lifecycle, states: frozenset[str]) -> tuple[str, ...]:
    return tuple(state for state in lifecycle.moves if state in states)


def _key(state: str) -> str:
    """Return the state as a name for Mermaid: word characters only."""
    return re.sub(r"\W", "_", state)
