"""HTTP in, FHIR out."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.routing import BaseRoute, Route

from practice.clock import Clock
from practice.fhir.endpoint import FhirEndpoint
from practice.fhir.forecast import notice
from practice.fhir.work import Operation
from practice.rules.caller import Callers
from practice.rules.gate import Gate
from practice.store import Store

__all__ = ["FhirEndpoint", "Operation", "notice", "routes"]


def routes(
    store: Store,
    gate: Gate,
    callers: Callers,
    clock: Clock,
    operations: Mapping[str, Operation] = MappingProxyType({}),
) -> list[BaseRoute]:
    """Everything below `/{ods}/fhir`.

    They answer every method and every path, so rooms with addresses of their own below the base
    (`.well-known/smart-configuration`) come before them. *operations* are those on a Subscription.
    """
    endpoint = FhirEndpoint(store, gate, callers, clock, operations)
    return [
        Route("/{ods}/fhir", endpoint, include_in_schema=False),
        Route("/{ods}/fhir/{path:path}", endpoint, include_in_schema=False),
    ]
