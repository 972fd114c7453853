"""The APIs whose documents come with the suite: where the documents lie and under which paths servers offer them."""

from pathlib import Path

from tmf_conformance.documents.document import Document, load
from tmf_conformance.errors import CannotRun

VERSIONS = ("v4", "v5")
# API -> the base paths that integrators use; {v} is the version. The first is the documents' own.
PATHS: dict[str, tuple[str, ...]] = {
    "TMF620": ("/tmf-api/productCatalogManagement/{v}", "/productCatalogManagement/{v}"),
    "TMF622": (
        "/tmf-api/productOrderingManagement/{v}",
        "/tmf-api/productOrdering/{v}",
        "/productOrderingManagement/{v}",
    ),
    "TMF629": ("/tmf-api/customerManagement/{v}", "/tmf-api/customer/{v}"),
    "TMF638": ("/tmf-api/serviceInventory/{v}", "/tmf-api/serviceInventoryManagement/{v}", "/serviceInventory/{v}"),
    "TMF639": ("/tmf-api/resourceInventoryManagement/{v}", "/tmf-api/resourceInventory/{v}", "/resourceInventory/{v}"),
    "TMF642": ("/tmf-api/alarmManagement/{v}", "/tmf-api/alarm/{v}", "/alarmManagement/{v}"),
    "TMF678": ("/tmf-api/customerBillManagement/{v}", "/tmf-api/customerBill/{v}"),
}


def folders() -> tuple[Path, ...]:
    """Where documents may lie: in this package, beside it in an installation, or in a checkout."""
    package = Path(__file__).resolve().parent
    return (
        package / "_data" / "openapi",
        package.parent / "tmf_server" / "_data" / "openapi",
        package.parents[1] / "openapi",
    )


def document(api: str, version: str) -> Document:
    """The document of a known API. CannotRun when it is not there."""
    for folder in folders():
        for path in (folder / version / f"{api}.yaml", folder / version / f"{api}.json"):
            if path.is_file():
                return load(path, api=api, version=version)
    raise CannotRun(
        f"there is no document for {api} {version}: give one with --document FILE (known: {', '.join(PATHS)})"
    )


def candidates(root: str, api: str, version: str) -> list[str]:
    """The URLs under which a server at `root` may offer an API."""
    return [root.rstrip("/") + path.format(v=version) for path in PATHS[api]]
