"""What the tests of the demo share. No rule of the product."""

from tmf_server.demo.documents import DOCUMENTS
from tmf_server.registry.registry import Registry


def demo_size(registry: Registry) -> int:
    """How many records the demo has for a server of these nouns."""
    return sum(registry.kind_of(one["@type"], None) in registry.entities for one in DOCUMENTS)
