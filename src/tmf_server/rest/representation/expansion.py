"""`depth` and `expand`: records that references point to, put in their place (TMF630 part 2, 3). Names no noun."""

from collections.abc import Iterator, Sequence
from typing import Any

from tmf_server.errors import InvalidInput
from tmf_server.registry.entity import Document
from tmf_server.rest.http.messages import Request
from tmf_server.rest.representation.representation import rendered
from tmf_server.storage.connection.database import Connection

Target = tuple[str, str]  # kind, id


def expanded(request: Request, documents: Sequence[Document], *, depth: int, paths: Sequence[str]) -> list[Document]:
    """The shown documents with referenced records that are here inlined: `depth` levels of all, or those at `paths`.

    A reference keeps its own attributes over those of the record. What would go beyond the bound on records stays a
    reference, and nothing is inlined inside of itself.
    """
    budget = _Budget(request.services.settings.limits.max_expanded)
    levels = max(depth, max((path.count(".") + 1 for path in paths), default=0))
    if levels > request.services.settings.limits.max_expand_depth:
        most = request.services.settings.limits.max_expand_depth
        raise InvalidInput(f"depth and expand reach at most {most} levels.")
    result = list(documents)
    with request.services.database.read() as connection:
        for level in range(levels):
            wanted = None if level < depth else _with_prefixes(paths)
            if not _expand_level(request, connection, result, wanted, budget):
                break
    return result


def _with_prefixes(paths: Sequence[str]) -> frozenset[str]:
    """The paths and all that leads to them: what is asked for can lie in a record that has to be put in first."""
    parts = [path.split(".") for path in paths]
    return frozenset(".".join(one[: length + 1]) for one in parts for length in range(len(one)))


class _Budget:
    def __init__(self, most: int) -> None:
        self.left = most


def _expand_level(
    request: Request,
    connection: Connection,
    documents: Sequence[Document],
    wanted: frozenset[str] | None,
    budget: _Budget,
) -> bool:
    found = [place for document in documents for place in _places(document, "", ())]
    chosen = [place for place in found if wanted is None or place[0] in wanted]
    targets = list(dict.fromkeys(target for _, node, _ in chosen if (target := _target(request, node)) is not None))
    records = _load(request, connection, targets[: budget.left])
    budget.left -= len(records)
    grown = False
    for _, node, above in chosen:
        target = _target(request, node)
        if target in records and target[1] not in above:
            node.update(records[target] | node)
            grown = True
    return grown


def _places(node: Any, path: str, above: tuple[str, ...]) -> Iterator[tuple[str, Document, tuple[str, ...]]]:
    """Every object below that has an href: its dotted path, itself, the ids above it."""
    if isinstance(node, list):
        for element in node:
            yield from _places(element, path, above)
    elif isinstance(node, dict):
        inside = (*above, node["id"]) if isinstance(node.get("id"), str) else above
        for name, child in node.items():
            if isinstance(child, dict | list):
                yield from _places(child, f"{path}.{name}" if path else name, inside)
        if path and isinstance(node.get("href"), str) and isinstance(node.get("id"), str):
            yield path, node, above


def _target(request: Request, node: Document) -> Target | None:
    """Kind and id of a reference to a record of this server, read from its absolute href."""
    for exposure in request.services.registry.exposures:
        if node["href"] == f"{request.origin}{exposure.contract.base_path}/{exposure.noun}/{node['id']}":
            return exposure.entity.name, node["id"]
    return None


def _load(request: Request, connection: Connection, targets: Sequence[Target]) -> dict[Target, Document]:
    services = request.services
    version = request.exposure.contract.version
    found = {}
    for kind, id_ in targets:
        stored = services.records.load(connection, services.registry.entities[kind], id_)
        exposure = services.registry.shown_as(kind, version)
        if stored is not None and exposure is not None:
            found[kind, id_] = rendered(services.links, exposure, stored.document, request.origin)
    return found
