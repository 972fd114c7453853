"""Shared by the ASGI applications of the server: the origin of links, and sending a response."""

from starlette.types import Send

from tmf_server.rest.http.messages import Response

ORIGIN = "tmf.origin"
"""The key in a scope for scheme and host of absolute links."""


async def send_response(send: Send, response: Response) -> None:
    """Send a response as two ASGI messages."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.body or response.status not in (204, 304):
        headers.append((b"content-type", response.media_type.encode()))
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
