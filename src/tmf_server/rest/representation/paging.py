"""The headers of a page: counts and links to its neighbours (TMF630 part 1, 4.5). Pure; names no noun."""

from collections.abc import Iterator

from tmf_server.rest.http.messages import Request
from tmf_server.storage.query.conditions import Selection
from tmf_server.storage.query.select import Page

PLACES = frozenset({"offset", "after", "before"})


def page_headers(request: Request, selection: Selection, page: Page, total: int | None) -> list[tuple[str, str]]:
    """X-Result-Count, X-Total-Count (left out when it is not known) and Link of a page."""
    headers = [("X-Result-Count", str(len(page.rows)))]
    if total is not None:
        headers.append(("X-Total-Count", str(total)))
    kept = [part for part in request.query.split("&") if part and part.partition("=")[0] not in PLACES]
    own = "?" + request.query if request.query else ""
    bare = "?" + "&".join(kept) if kept else ""
    begun = f"{bare}&" if kept else "?"
    url = request.url
    links = [f'<{url}{own}>; rel="self"', f'<{url}{bare}>; rel="first"']
    links += [f'<{url}{begun}{place}>; rel="{relation}"' for relation, place in _places(selection, page, total)]
    headers.append(("Link", ", ".join(links)))
    return headers


def _places(selection: Selection, page: Page, total: int | None) -> Iterator[tuple[str, str]]:
    """Relation and where that page begins; a cursor has only characters that a URL may have."""
    if page.previous is not None:
        yield "prev", f"before={page.previous}"
    if page.next is not None:
        yield "next", f"after={page.next}"
    if total is not None and selection.limit > 0:
        yield "last", f"offset={max(0, total - 1) // selection.limit * selection.limit}"
