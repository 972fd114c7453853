"""Category trees have one parent and no loops, both ends in step; bundles contain no loops (domain.md, Catalog)."""

from itertools import pairwise

import httpx
import pytest

V5 = "/tmf-api/productCatalogManagement/v5"
V4 = "/tmf-api/productCatalogManagement/v4"


def make(client: httpx.Client, id_: str, **attributes: object) -> None:
    answer = client.post(f"{V5}/category", json={"@type": "Category", "id": id_, "name": id_} | attributes)
    assert answer.status_code == 201, answer.text


def ref(id_: str) -> dict[str, str]:
    return {"@type": "CategoryRef", "id": id_}


def parent(client: httpx.Client, id_: str) -> str | None:
    found: str | None = client.get(f"{V5}/category/{id_}").json().get("parent", {}).get("id")
    return found


def children(client: httpx.Client, id_: str) -> list[str]:
    return [one["id"] for one in client.get(f"{V5}/category/{id_}").json().get("subCategory", [])]


def test_naming_the_parent_makes_the_parent_name_the_child(client: httpx.Client) -> None:
    make(client, "root")
    make(client, "leaf", parent=ref("root"))
    assert children(client, "root") == ["leaf"]
    assert client.get(f"{V4}/category/leaf").json()["parentId"] == "root"


def test_naming_children_makes_them_name_their_parent(client: httpx.Client) -> None:
    make(client, "a")
    make(client, "b")
    make(client, "root", subCategory=[ref("a"), ref("b")])
    assert (parent(client, "a"), parent(client, "b")) == ("root", "root")


def test_a_child_has_one_parent(client: httpx.Client) -> None:
    make(client, "old")
    make(client, "leaf", parent=ref("old"))
    make(client, "new", subCategory=[ref("leaf")])
    assert parent(client, "leaf") == "new"
    assert children(client, "old") == []
    client.patch(f"{V4}/category/leaf", json={"parentId": "old"})
    assert (children(client, "old"), children(client, "new")) == (["leaf"], [])


def test_leaving_a_parent_is_seen_there(client: httpx.Client) -> None:
    make(client, "root")
    make(client, "leaf", parent=ref("root"))
    assert client.patch(f"{V5}/category/leaf", json={"parent": None}).status_code == 200
    assert children(client, "root") == []
    client.patch(f"{V5}/category/root", json={"subCategory": [ref("leaf")]})
    assert parent(client, "leaf") == "root"
    client.patch(f"{V5}/category/root", json={"subCategory": None})
    assert parent(client, "leaf") is None


def test_a_child_can_be_deleted_and_a_parent_with_children_cannot(client: httpx.Client) -> None:
    make(client, "root")
    make(client, "leaf", parent=ref("root"))
    assert client.delete(f"{V5}/category/root").status_code == 409
    assert client.delete(f"{V5}/category/leaf").status_code == 204
    assert children(client, "root") == []
    assert client.delete(f"{V5}/category/root").status_code == 204


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_loop_is_refused_and_nothing_is_changed(client: httpx.Client, length: int) -> None:
    names = [f"c{number}" for number in range(length)]
    make(client, names[0])
    for above, name in pairwise(names):
        make(client, name, parent=ref(above))
    before = client.get(f"{V5}/category").json()
    answer = client.patch(f"{V5}/category/{names[0]}", json={"parent": ref(names[-1])})
    assert (answer.status_code, answer.json()["code"]) == (400, "loop")
    answer = client.patch(f"{V4}/category/{names[-1]}", json={"subCategory": [{"id": names[0]}]})
    assert answer.status_code == 400
    assert client.get(f"{V5}/category").json() == before


def test_a_record_that_is_born_into_a_loop_is_refused(client: httpx.Client) -> None:
    make(client, "a", parent=ref("b"))
    answer = client.post(f"{V5}/category", json={"@type": "Category", "id": "b", "name": "b", "parent": ref("a")})
    assert answer.status_code == 400
    assert client.get(f"{V5}/category/b").status_code == 404


def test_a_bundle_cannot_contain_itself(client: httpx.Client) -> None:
    def bundle(id_: str, *inner: str) -> httpx.Response:
        parts = [{"@type": "BundledProductOffering", "id": one} for one in inner]
        body = {
            "@type": "ProductOffering",
            "id": id_,
            "name": id_,
            "lifecycleStatus": "Active",
            "isBundle": True,
            "bundledProductOffering": parts,
        }
        return client.post(f"{V5}/productOffering", json=body)

    assert bundle("a").status_code == 201
    assert bundle("b", "a").status_code == 201
    assert bundle("c", "c").status_code == 400
    answer = client.patch(
        f"{V5}/productOffering/a",
        json={"bundledProductOffering": [{"@type": "BundledProductOffering", "id": "b"}]},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "loop")
