"""The examples of the project's own documents, which the reference pages offer to try."""

from collections.abc import Iterator
from typing import Any

import orjson

from tests.support.servers.served import Served

ONLY = {"customerBill/{id}": {"state": ["new", "validated"]}}
"""Records that an example is for, where others would have to refuse it: a bill's state is all that can be changed."""


def offered(served: Served, *verbs: str) -> Iterator[tuple[str, str, str, Any]]:
    """What the reference pages offer: method, path below the root with `{id}`, media type, body."""
    for endpoint in served.services.registry.endpoints.values():
        operation = endpoint.operation
        if operation.verb in verbs:
            node = endpoint.contract.document["paths"][operation.path][operation.method.lower()]
            for media, content in node["requestBody"]["content"].items():
                assert content["examples"], (endpoint.contract.name, operation.id, media)
                for example in content["examples"].values():
                    yield operation.method, f"{endpoint.contract.base_path}{operation.path}", media, example["value"]


def test_what_a_reference_page_offers_to_post_is_new_to_a_server_with_the_demo(filled: Served) -> None:
    tried = 0
    for _, url, _, body in offered(filled, "create"):
        assert not {"id", "href"} & body.keys(), (url, body)
        answer = filled.client.post(url, json=body)
        assert answer.status_code == 201, (url, body, answer.text)
        tried += 1
    assert tried > 30


def test_what_a_reference_page_offers_to_change_can_be_changed_in_the_demo(filled: Served) -> None:
    found: dict[str, list[str]] = {}
    tried = 0
    for method, path, media, body in offered(filled, "patch", "replace"):
        for url in found.get(path) or found.setdefault(path, some_of(filled, path)):
            answer = filled.client.request(method, url, content=orjson.dumps(body), headers={"Content-Type": media})
            assert answer.status_code == 200, (url, media, body, answer.text)
            told = {step["path"][1:]: step["value"] for step in body} if isinstance(body, list) else body
            assert answer.json().items() >= plain(told).items(), (url, media)
        tried += 1
    assert tried > 80


def some_of(served: Served, path: str) -> list[str]:
    """The first and the last record of the demo that an example is for, each by its path."""
    listed = served.client.get(path.removesuffix("/{id}"), params=ONLY.get(path.split("/", 4)[4])).json()
    return [path.replace("{id}", one["id"]) for one in (listed[0], listed[-1])]


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a body that an answer has as they were sent: texts, but for the type of a subclass."""
    return {name: value for name, value in values.items() if isinstance(value, str) and name != "@type"}
