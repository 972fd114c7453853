"""What is kept of shown records: never out of date, never over its bound."""

import pytest

from tests.support.nouns.every import registry
from tests.support.servers.served import Served
from tmf_server.rest.representation.cache import Shown
from tmf_server.rest.representation.links import Links
from tmf_server.storage.write.records import Stored

V5 = "/tmf-api/productCatalogManagement/v5/category"
V4 = "/tmf-api/productCatalogManagement/v4/category"
MADE = Links(registry())
CATEGORY = next(one for one in registry().exposures if one.noun == "category" and one.v5)


def stored(key: int, revision: int = 1, text: str = "{}") -> Stored:
    return Stored(key, str(key), revision, 1000 + revision, text)


def test_a_change_through_one_version_is_seen_through_both(served: Served) -> None:
    client = served.client
    for base in (V5, V4):
        client.post(base, json={"id": base[-11:-9], "name": "before", "version": "1"})
    for base, other in ((V5, V4), (V4, V5)):
        url = f"{base}/{base[-11:-9]}"
        assert {client.get(url).json()["name"], client.get(f"{other}/{base[-11:-9]}").json()["name"]} == {"before"}
        client.patch(url, json={"name": "after"})
        assert client.get(url).json()["name"] == "after"
        assert client.get(f"{other}/{base[-11:-9]}").json()["name"] == "after"
        assert {one["name"] for one in client.get(f"{other}?id={base[-11:-9]}").json()} == {"after"}


def test_a_record_made_anew_is_not_the_one_before(served: Served) -> None:
    for name in ("first", "second"):
        served.client.post(V5, json={"id": "again", "name": name, "@type": "Category"})
        assert served.client.get(f"{V5}/again").json()["name"] == name
        assert served.client.delete(f"{V5}/again").status_code == 204


def test_each_origin_reads_its_own_links(served: Served) -> None:
    served.client.post(V5, json={"id": "linked", "name": "linked", "@type": "Category"})
    for host in ("one.example", "two.example", "one.example"):
        assert f"//{host}/" in served.client.get(f"{V5}/linked", headers={"Host": host}).json()["href"]


@pytest.mark.parametrize("most", [0, 100, 250])
def test_it_keeps_no_more_than_its_bound(most: int) -> None:
    shown = Shown(MADE, most)
    for key in range(10):
        for _ in range(2):
            assert shown.text(CATEGORY, stored(key, text=f'{{"a":"{key:050}"}}'), "http://x") == (
                f'{{"a":"{key:050}"}}'.encode()
            )
            assert sum(map(len, shown._kept.values())) <= most
    assert len(shown._kept) == most // 58


def test_a_new_state_of_a_record_is_shown_anew() -> None:
    shown = Shown(MADE, 1000)
    assert shown.text(CATEGORY, stored(1), "http://x") == b"{}"
    assert shown.text(CATEGORY, stored(1, 2, '{"a":1}'), "http://x") == b'{"a":1}'
    assert shown.text(CATEGORY, stored(1), "http://x") == b"{}"
