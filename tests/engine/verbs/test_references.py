"""References are rows: links of local records, what deleting does, what is refused (DESIGN 4)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.servers.served import Served, serving_app

V5 = "/tmf-api/productCatalogManagement/v5"
V4 = "/tmf-api/productCatalogManagement/v4"


def category(id_: str, **attributes: object) -> dict[str, object]:
    return {"@type": "Category", "id": id_, "name": id_} | attributes


def ref(id_: str, kind: str = "Category", **attributes: object) -> dict[str, object]:
    return {"@type": f"{kind}Ref", "id": id_} | attributes


def offering(id_: str, *categories: str, **attributes: object) -> dict[str, object]:
    return {
        "@type": "ProductOffering",
        "id": id_,
        "name": id_,
        "lifecycleStatus": "Active",
        "category": [ref(one) for one in categories],
    } | attributes


def post(client: httpx.Client, noun: str, body: dict[str, object]) -> dict[str, Any]:
    answer = client.post(f"{V5}/{noun}", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_the_link_of_a_record_that_is_here_is_filled_in_for_the_readers_version(client: httpx.Client) -> None:
    post(client, "category", category("here"))
    made = post(client, "productOffering", offering("o", "here", "elsewhere"))
    assert made["category"][0]["href"].endswith(f"{V5}/category/here")
    assert "href" not in made["category"][1]
    shown = client.get(f"{V4}/productOffering/o").json()
    assert shown["category"][0]["href"].endswith(f"{V4}/category/here")


def test_links_follow_the_readers_host(client: httpx.Client) -> None:
    post(client, "category", category("here"))
    post(client, "productOffering", offering("o", "here"))
    shown = client.get(f"{V5}/productOffering/o", headers={"Host": "api.example:8443"}).json()
    assert shown["href"] == f"http://api.example:8443{V5}/productOffering/o"
    assert shown["category"][0]["href"] == f"http://api.example:8443{V5}/category/here"


def test_a_link_elsewhere_is_kept(client: httpx.Client) -> None:
    made = post(client, "productOffering", offering("o", category=[ref("x", href="https://other.example/category/x")]))
    assert made["category"][0]["href"] == "https://other.example/category/x"


def test_a_patch_that_sends_the_record_back_as_it_was_read_changes_nothing(client: httpx.Client) -> None:
    post(client, "category", category("here"))
    made = post(client, "productOffering", offering("o", "here", "elsewhere"))
    for version in (V5, V4):
        shown = client.get(f"{version}/productOffering/o")
        again = client.patch(f"{version}/productOffering/o", json=shown.json())
        assert (again.status_code, again.headers["etag"]) == (200, shown.headers["etag"]), again.text
    assert client.get(f"{V5}/productOffering/o").json() == made


def test_what_others_need_cannot_be_deleted_and_they_are_named(client: httpx.Client) -> None:
    post(client, "category", category("here"))
    post(client, "productOffering", offering("o", "here"))
    answer = client.delete(f"{V5}/category/here")
    assert (answer.status_code, answer.json()["code"]) == (409, "inUse")
    assert "productOffering 'o'" in answer.json()["reason"]
    assert client.get(f"{V5}/category/here").status_code == 200
    client.patch(f"{V5}/productOffering/o", json={"category": None})
    assert client.delete(f"{V5}/category/here").status_code == 204


def test_a_back_reference_is_taken_out_when_its_target_goes(client: httpx.Client) -> None:
    post(client, "productOffering", {"@type": "ProductOffering", "id": "o", "name": "o", "lifecycleStatus": "Active"})
    post(client, "category", category("c", productOffering=[ref("o", "ProductOffering")]))
    assert client.delete(f"{V5}/productOffering/o").status_code == 204
    assert "productOffering" not in client.get(f"{V5}/category/c").json()


def test_a_target_that_comes_later_is_found_by_its_users(served: Served) -> None:
    client = served.client
    post(client, "productOffering", offering("o", "later"))
    post(client, "category", category("later"))
    assert client.delete(f"{V5}/category/later").status_code == 409
    with served.services.database.read() as connection:
        rows = connection.execute(text("SELECT count(*) FROM entity WHERE id = 'later'")).scalar_one()
    assert rows == 1


def test_rows_follow_every_patch(served: Served) -> None:
    client = served.client
    post(client, "productOffering", offering("o", "a", "b"))

    def targets() -> list[str]:
        with served.services.database.read() as connection:
            found = connection.execute(
                text("SELECT e.id FROM reference r JOIN entity e ON e.key = r.target ORDER BY r.position")
            )
            return [row[0] for row in found]

    assert targets() == ["a", "b"]
    client.patch(f"{V5}/productOffering/o", json={"category": [ref("b"), ref("c"), ref("a")]})
    assert targets() == ["b", "c", "a"]
    client.patch(f"{V4}/productOffering/o", json={"category": [{"id": "c"}]})
    assert targets() == ["c"]
    client.delete(f"{V5}/productOffering/o")
    assert targets() == []


@pytest.fixture
def strict(database_url: str) -> Iterator[httpx.Client]:
    with serving_app(database_url, references="reject", apis=("TMF620",)) as served:
        yield served.client


def test_unknown_targets_are_refused_by_setting(strict: httpx.Client) -> None:
    answer = strict.post(f"{V5}/productOffering", json=offering("o", "nobody"))
    assert (answer.status_code, answer.json()["code"]) == (400, "unknownReference")
    assert "/category/0/id" in answer.json()["message"]
    assert strict.get(f"{V5}/productOffering").json() == []
    post(strict, "category", category("somebody"))
    post(strict, "productOffering", offering("o", "somebody"))
    answer = strict.patch(f"{V5}/productOffering/o", json={"category": [ref("somebody"), ref("nobody")]})
    assert answer.status_code == 400
    assert len(strict.get(f"{V5}/productOffering/o").json()["category"]) == 1


def test_unknown_targets_are_named_in_a_header_by_setting(database_url: str) -> None:
    with serving_app(database_url, reference_policies=("TMF620=warn",), apis=("TMF620",)) as served:
        answer = served.client.post(f"{V5}/productOffering", json=offering("o", "nobody"))
        assert answer.status_code == 201
        assert "category nobody" in answer.headers["warning"]


def test_a_wrapped_party_is_a_row_and_found_by_its_id_in_both_versions(served: Served) -> None:
    party = {"@type": "PartyRef", "id": "p-1", "name": "owner", "@referredType": "Organization"}
    related = {"@type": "RelatedPartyRefOrPartyRoleRef", "role": "owner", "partyOrPartyRole": party}
    body: dict[str, object] = {"@type": "ProductCatalog", "id": "c", "name": "c", "relatedParty": [related]}
    post(served.client, "productCatalog", body)
    with served.services.database.read() as connection:
        rows = connection.execute(
            text("SELECT r.path, e.kind, e.id FROM reference r JOIN entity e ON e.key = r.target")
        )
        assert [tuple(row) for row in rows] == [("relatedParty.partyOrPartyRole", "organization", "p-1")]
    found = served.client.get(f"{V5}/productCatalog?relatedParty.partyOrPartyRole.id=p-1").json()
    shown = served.client.get(f"{V4}/catalog?relatedParty.id=p-1").json()
    assert [one["id"] for one in found] == [one["id"] for one in shown] == ["c"]


def test_more_readers_at_once_than_the_pool_has_connections(served: Served) -> None:
    post(served.client, "category", category("here"))

    def read(number: int) -> int:
        answer = served.client.get(f"{V5}/category?sort=name&id=here" if number % 2 else f"{V5}/category/here")
        return answer.status_code

    with ThreadPoolExecutor(48) as pool:
        assert set(pool.map(read, range(300))) == {200}
