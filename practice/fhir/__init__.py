"""HTTP in, FHIR out."""

from starlette.routing import BaseRoute, Route

from practice.clock import Clock
from practice.fhir.endpoint import FhirEndpoint
from practice.rules.caller import Callers
from practice.rules.gate import Gate
from practice.store import Store

__all__ = ["FhirEndpoint", "routes"]


def routes(store: Store, gate: Gate, callers: Callers, clock: Clock) -> list[BaseRoute]:
    """Everything below `/{ods}/fhir`.

    They answer every method and every path, so rooms with addresses of their own below the base
    (`.well-known/smart-configuration`, `Subscription/{id}/$events`) come before them.
    """
    endpoint = FhirEndpoint(store, gate, callers, clock)
    return [
        Route("/{ods}/fhir", endpoint, include_in_schema=False),
        Route("/{ods}/fhir/{path:path}", endpoint, include_in_schema=False),
    ]
