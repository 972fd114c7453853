"""Settings of the documents that are served."""

from dataclasses import dataclass
from pathlib import Path

from tmf_server.config.declaring import folder, one_of, setting, written_like

POLICIES = ("accept", "warn", "reject")


@dataclass(frozen=True, kw_only=True)
class ContractsSettings:
    """What is served."""

    openapi_dir: Path | None = setting(None, "documents to serve instead of the project's own", folder)
    cache_dir: Path | None = setting(Path("var/cache"), "what can be worked out again: documents as JSON")
    apis: tuple[str, ...] = setting((), "TMF620/v5, TMF620 …; empty is all")
    schema_dir: Path | None = setting(None, "JSON Schemas of registered subclasses", folder)
    strict_subtypes: bool = setting(False, "refuse an @type that no document or registered schema knows")
    unknown_attributes: str = setting(
        "warn", "accept, warn or reject attributes of a body that its document does not know", one_of(*POLICIES)
    )
    references: str = setting("accept", "accept, warn or reject; per API by TMF_REFERENCE_POLICIES", one_of(*POLICIES))
    reference_policies: tuple[str, ...] = setting(
        (), "TMF620=reject, TMF622=warn", written_like("TMF620=reject", rf"TMF\d+=({'|'.join(POLICIES)})")
    )

    def reference_policy(self, api: str) -> str:
        """Return the policy for references to absent records: accept, warn or reject."""
        chosen = dict(entry.split("=", 1) for entry in self.reference_policies)
        return chosen.get(api, self.references)
