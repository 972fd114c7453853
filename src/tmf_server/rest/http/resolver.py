"""Connexion's resolver: every operation has to have a verb of ours behind it. Names no noun."""

from collections.abc import Callable, Mapping
from typing import Any

from connexion.exceptions import ResolverError
from connexion.operations import AbstractOperation
from connexion.resolver import Resolution, Resolver


class VerbResolver(Resolver):
    """Resolves an operation of any document to the verb of its endpoint; `verbs` maps operationIds."""

    def __init__(self, verbs: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__()
        self._verbs = verbs

    def resolve(self, operation: AbstractOperation) -> Resolution:
        """The verb behind the operation. Raises ResolverError when there is none, which ends the start."""
        operation_id = operation.operation_id
        if operation_id not in self._verbs:
            raise ResolverError(f"no verb stands behind the operation {operation_id!r}")
        return Resolution(self._verbs[operation_id], operation_id)
