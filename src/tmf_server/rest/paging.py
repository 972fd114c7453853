"""The headers of a page: counts and links to its neighbours (TMF630 part 1, 4.5). Pure; names no noun."""

from urllib.parse import urlencode

from tmf_server.rest.messages import Request
from tmf_server.storage.conditions import Selection
from tmf_server.storage.select import Page

PLACES = frozenset({"offset", "after", "before"})


def page_headers(request: Request, selection: Selection, page: Page, total: int | None) -> list[tuple[str, str]]:
    """X-Result-Count, X-Total-Count (left out when it is not known) and Link of a page."""
    headers = [("X-Result-Count", str(len(page.rows)))]
    if total is not None:
        headers.append(("X-Total-Count", str(total)))
    kept = [part for part in request.query.split("&") if part and part.partition("=")[0] not in PLACES]
    links = [_link(request, request.query, "self")]
    links += [_link(request, _with(kept, place), relation) for relation, place in _places(selection, page, total)]
    headers.append(("Link", ", ".join(links)))
    return headers


def _places(selection: Selection, page: Page, total: int | None) -> list[tuple[str, tuple[str, str] | None]]:
    """Relation and where that page begins; None for the beginning of the list."""
    found: list[tuple[str, tuple[str, str] | None]] = [("first", None)]
    if page.previous is not None:
        found.append(("prev", ("before", page.previous)))
    if page.next is not None:
        found.append(("next", ("after", page.next)))
    if total is not None and selection.limit > 0:
        last = max(0, total - 1) // selection.limit * selection.limit
        found.append(("last", ("offset", str(last)) if last else None))
    return found


def _with(kept: list[str], place: tuple[str, str] | None) -> str:
    """The arguments as the client wrote them, and where the page begins."""
    return "&".join([*kept, urlencode([place])] if place else kept)


def _link(request: Request, query: str, relation: str) -> str:
    return f'<{request.url}{"?" + query if query else ""}>; rel="{relation}"'
