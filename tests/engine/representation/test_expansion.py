"""`depth` and `expand` put referenced records in the place of references (TMF630 part 2, 3)."""

import httpx
import pytest

V5 = "/tmf-api/productCatalogManagement/v5"
V4 = "/tmf-api/productCatalogManagement/v4"


@pytest.fixture
def catalog(client: httpx.Client) -> httpx.Client:
    bodies = [
        ("category", {"@type": "Category", "id": "root", "name": "root", "description": "the root"}),
        (
            "category",
            {"@type": "Category", "id": "leaf", "name": "leaf", "parent": {"@type": "CategoryRef", "id": "root"}},
        ),
        (
            "productOffering",
            {
                "@type": "ProductOffering",
                "id": "o",
                "name": "o",
                "lifecycleStatus": "Active",
                "category": [
                    {"@type": "CategoryRef", "id": "leaf", "name": "as called"},
                    {"@type": "CategoryRef", "id": "x"},
                ],
            },
        ),
    ]
    for noun, body in bodies:
        assert client.post(f"{V5}/{noun}", json=body).status_code == 201
    return client


def test_depth_one_puts_in_what_is_referred_to(catalog: httpx.Client) -> None:
    shown = catalog.get(f"{V5}/productOffering/o?depth=1").json()["category"]
    assert shown[0]["lifecycleStatus"] == "In study"
    assert shown[0]["name"] == "as called"
    assert "description" not in shown[0]["parent"]
    assert set(shown[1]) == {"@type", "id"}


def test_depth_two_goes_on(catalog: httpx.Client) -> None:
    shown = catalog.get(f"{V5}/productOffering/o?depth=2").json()["category"][0]
    assert shown["parent"]["description"] == "the root"


def test_expand_puts_in_what_is_at_the_path_only(catalog: httpx.Client) -> None:
    plain = catalog.get(f"{V5}/category/leaf").json()
    assert catalog.get(f"{V5}/category/leaf?expand=parent").json()["parent"]["description"] == "the root"
    assert catalog.get(f"{V5}/category/leaf?depth=0").json() == plain
    deep = catalog.get(f"{V5}/productOffering?expand=category.parent").json()[0]["category"][0]
    assert deep["parent"].get("description") == "the root"


def test_nothing_is_put_inside_of_itself(catalog: httpx.Client) -> None:
    shown = catalog.get(f"{V5}/category/root?depth=3").json()
    inner = shown["subCategory"][0]["parent"]
    assert inner["id"] == "root"
    assert "subCategory" not in inner


def test_v4_puts_in_its_own_view(catalog: httpx.Client) -> None:
    shown = catalog.get(f"{V4}/productOffering/o?depth=1").json()["category"][0]
    assert shown["parentId"] == "root"
    assert shown["href"].endswith(f"{V4}/category/leaf")


def test_fields_narrow_what_was_put_in(catalog: httpx.Client) -> None:
    shown = catalog.get(f"{V5}/productOffering/o?depth=1&fields=category").json()
    assert set(shown) == {"id", "href", "@type", "category"}
    assert shown["category"][0]["lifecycleStatus"] == "In study"


@pytest.mark.parametrize("query", ["depth=-1", "depth=x", "depth=99", "depth=9999999999", "expand=nothing", "other=1"])
def test_what_cannot_be_done_is_400(catalog: httpx.Client, query: str) -> None:
    for url in (f"{V5}/productOffering/o", f"{V5}/productOffering"):
        assert catalog.get(f"{url}?{query}").status_code == 400, url
