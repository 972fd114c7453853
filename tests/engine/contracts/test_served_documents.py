"""Which documents are served: those that were asked for, whatever else is needed to serve them."""

import shutil
from pathlib import Path

import pytest

from tests.support.servers.served import serving_app
from tmf_server.apis import registration
from tmf_server.apis.families import APIS
from tmf_server.apis.registration import create_registry
from tmf_server.config import Settings
from tmf_server.resources import openapi_dir
from tmf_server.rest.versions.views import V4View

V4 = "/tmf-api/productCatalogManagement/v4"
V5 = "/tmf-api/productCatalogManagement/v5"


@pytest.mark.parametrize("api", sorted(APIS))
def test_v4_alone_is_served_over_the_canonical_document(api: str) -> None:
    registry = create_registry(Settings.of(apis=(f"{api}/v4",)))
    assert [one.name for one in registry.contracts] == [f"{api}/v4"]
    assert {one.contract.name for one in registry.exposures} == {f"{api}/v4"}
    assert {registry.canonical(kind).contract.name for kind in registry.entities} == {f"{api}/v5"}
    for exposure in registry.exposures:
        assert isinstance(exposure.view, V4View)
        assert exposure.view.plan is not None  # raises LookupError where the other document is not known


def test_what_is_written_through_v4_alone_is_there_for_v5_later(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tmf.db'}"
    validity = {"startDateTime": "2026-01-01T00:00:00Z"}
    body = {"name": "Fibre", "validFor": validity, "category": [{"id": "net", "name": "Net"}]}
    with serving_app(url, apis=("TMF620/v4",)) as served:
        assert served.client.post(f"{V4}/category", json={"id": "net", "name": "Net"}).status_code == 201
        made = served.client.post(f"{V4}/productOffering", json=body)
        assert made.status_code == 201, made.text
        assert made.json()["category"][0]["href"] == f"http://testserver{V4}/category/net"
        found = served.client.get(
            f"{V4}/productOffering", params={"category.id": "net", "validFor.startDateTime.lt": "2027-01-01"}
        )
        assert [one["id"] for one in found.json()] == [made.json()["id"]]
        assert served.client.delete(f"{V4}/category/net").status_code == 409
        assert served.client.get(f"{V5}/productOffering").status_code == 404
    with serving_app(url, apis=("TMF620",)) as served:
        shown = served.client.get(f"{V5}/productOffering/{made.json()['id']}").json()
        assert shown["@type"] == "ProductOffering"
        assert shown["validFor"] == validity
        assert shown["category"][0]["href"] == f"http://testserver{V5}/category/net"
        assert len(served.client.get(f"{V5}/productOffering?category.id=net").json()) == 1


def test_a_folder_with_a_v4_document_alone_is_enough(tmp_path: Path) -> None:
    (tmp_path / "v4").mkdir()
    [document] = (openapi_dir() / "v4").glob("TMF642.*")
    shutil.copy(document, tmp_path / "v4" / document.name)
    registry = create_registry(Settings.of(openapi_dir=tmp_path))
    assert [one.name for one in registry.contracts] == ["TMF642/v4"]
    assert registry.canonical("alarm").contract.name == "TMF642/v5"


def test_a_document_without_a_v5_has_its_own_shape_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served, known = tmp_path / "served", tmp_path / "known"
    for folder in (served / "v4", known / "v4"):
        folder.mkdir(parents=True)
        shutil.copy(openapi_dir() / "v4" / "TMF629.yaml", folder)
    monkeypatch.setattr(registration, "openapi_dir", lambda: known)
    url = f"sqlite:///{tmp_path / 'tmf.db'}"
    medium = {"mediumType": "email", "characteristic": {"emailAddress": "a@example.com"}}
    body = {"name": "Ada", "engagedParty": {"id": "ada", "@referredType": "Individual"}, "contactMedium": [medium]}
    with serving_app(url, openapi_dir=served) as here:
        customers = "/tmf-api/customerManagement/v4/customer"
        made = here.client.post(customers, json=body)
        assert made.status_code == 201, made.text
        assert made.json()["contactMedium"] == [medium]
        found = here.client.get(customers, params={"contactMedium.characteristic.emailAddress": "a@example.com"})
        assert found.json() == [made.json()]
        assert here.services.registry.canonical("customer").contract.name == "TMF629/v4"
