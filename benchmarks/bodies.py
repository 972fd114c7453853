"""What is posted, in the shape of each version. Starts no server."""

from benchmarks.documents.parts import Document
from benchmarks.nouns import Noun
from tmf_server.apis.registration import create_registry
from tmf_server.config import Settings


def bodies(noun: Noun) -> dict[str, Document]:
    """The body of a POST by version; v4 is what the server makes of v5. Empty for a noun that has no POST."""
    if not noun.has_post:
        return {}
    exposure = create_registry(Settings.of(apis=(noun.api,))).exposure(f"{noun.api}/v4", noun.name)
    if exposure is None:
        raise LookupError(f"{noun.api} v4 has no {noun.name}")
    return {"v5": noun.body(), "v4": exposure.view.show(noun.body())}
