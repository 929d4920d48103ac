"""The one place that says what a caller may do, see and write. It never speaks HTTP."""

from collections.abc import Callable, Sequence
from typing import Protocol

from contract.codes import OnlineService
from contract.errors import ErrorCode
from practice.clock import Clock
from practice.refusal import Refusal
from practice.rules import (
    access,
    attachments,
    booking,
    consent,
    documents,
    forms,
    matching,
    messages,
    offer_ends,
    prescriptions,
    requests,
    services,
    sight,
    slots,
    subscriptions,
)
from practice.rules.act import Act
from practice.rules.bundle import BundleView
from practice.rules.caller import Caller, Right
from practice.rules.policy import Policy
from practice.rules.rights import require, require_scope
from practice.store import Pairs, Stored, Tree, Unit

_RIGHTS = {
    ("Appointment", "c"): Right.BOOK,
    ("Appointment", "u"): Right.BOOK,
    ("Slot", "u"): Right.BOOK,
    ("HealthcareService", "c"): Right.RELEASE,
    ("HealthcareService", "u"): Right.RELEASE,
    ("Schedule", "c"): Right.RELEASE,
    ("Schedule", "u"): Right.RELEASE,
    ("MedicationRequest", "c"): Right.APPROVE_REPEAT,
    ("MedicationRequest", "u"): Right.APPROVE_REPEAT,
    ("AuditEvent", "r"): Right.READ_AUDIT,
    ("AuditEvent", "s"): Right.READ_AUDIT,
}
"""Rights beside the scope, by type and interaction; finer ones follow from what is written."""


def _new_slot(act: Act, tree: Tree) -> Tree:
    return services.inherited(act, slots.check_new(act, tree))


_NEW: dict[str, Callable[[Act, Tree], Tree]] = {
    "Appointment": booking.check_new,
    "Binary": attachments.check_new,
    "Communication": messages.check_new,
    "Consent": access.check_new,
    "HealthcareService": services.check_new,
    "Library": documents.check_new,
    "MedicationRequest": prescriptions.check_new,
    "QuestionnaireResponse": forms.check_new,
    "Slot": _new_slot,
    "Subscription": subscriptions.check_new,
    "Task": requests.check_new,
}
_CHANGE: dict[str, Callable[[Act, Tree, Tree], Tree]] = {
    "Appointment": booking.check_change,
    "Communication": messages.check_change,
    "Consent": access.check_change,
    "HealthcareService": services.check_change,
    "Library": documents.check_change,
    "MedicationRequest": prescriptions.check_change,
    "Slot": slots.check_change,
    "Subscription": subscriptions.check_change,
    "Task": requests.check_change,
}


class AfterWrite(Protocol):
    """What another room does in the same unit as a write."""

    def __call__(self, unit: Unit, caller: Caller, stored: Stored) -> None:
        """Follow up the write that made *stored*."""
        ...


class Gate:
    """What a practice permits.

    Args:
        clock: the practice's time.
        policy: what the practice sets for itself.
        also: called after every write, for rooms above.
    """

    def __init__(
        self, clock: Clock, policy: Policy | None = None, also: Sequence[AfterWrite] = ()
    ) -> None:
        self._clock = clock
        self._policy = policy or Policy()
        self._also = tuple(also)

    def allow(self, unit: Unit, caller: Caller, resource_type: str, interaction: str) -> None:
        """Let *caller* do *interaction* (one of `cruds`) on *resource_type*, or refuse.

        Raises:
            Refusal: 403 that names the missing scope, right or switched-off service.
        """
        right = _RIGHTS.get((resource_type, interaction))
        if caller.patient is None and right is not None:
            # Before the scope, which follows from the role too: this one says who has it.
            require(caller, right)
        require_scope(caller, resource_type, interaction)
        if caller.patient is not None:
            opened = consent.RECORD_TYPES.get(resource_type)
            if opened is None and resource_type == "Slot":
                opened = (OnlineService.APPOINTMENTS,)
            if opened is not None:
                consent.require_any(consent.services(unit, caller), opened)

    def narrow(self, caller: Caller, resource_type: str, params: Pairs) -> list[tuple[str, str]]:
        """*params* of a search, forced to what *caller* may find.

        Raises:
            Refusal: 400 where a patient's search for slots has no range, or too long a one.
        """
        return sight.narrowed(caller, resource_type, params, self._policy, self._clock.now())

    def shows_all(self, caller: Caller, resource_type: str) -> bool:
        """Whether `show` would hand on every *resource_type* unchanged, so need not be asked."""
        return sight.sees_all(caller, resource_type)

    def show(self, unit: Unit, caller: Caller, tree: Tree) -> Tree | None:
        """What *caller* may see of *tree*; None where they may not know of it (404)."""
        return sight.seen(unit, caller, tree, self._policy, unit.now)

    def may_name(self, unit: Unit, caller: Caller, resource_type: str, resource_id: str) -> bool:
        """Whether *caller* may refer to a resource: it is there, and no secret to them."""
        return sight.nameable(unit, caller, resource_type, resource_id, self._policy)

    def before_create(self, unit: Unit, caller: Caller, tree: Tree, bundle: BundleView) -> Tree:
        """*tree* as it may be stored, with what only the service knows filled in.

        Raises:
            Refusal: it may not be stored.
        """
        check = _NEW.get(tree["resourceType"])
        return tree if check is None else check(Act(unit, caller, bundle, self._policy), tree)

    def before_update(
        self, unit: Unit, caller: Caller, before: Tree, after: Tree, bundle: BundleView
    ) -> Tree:
        """*after* as it may replace *before*.

        Raises:
            Refusal: it may not; 404 where *caller* may not know of *before*.
        """
        kind, logical_id = before["resourceType"], before["id"]
        if self.show(unit, caller, before) is None:
            raise Refusal(
                404, "not-found", ErrorCode.NO_RECORD_FOUND, f"There is no {kind}/{logical_id}."
            )
        check = _CHANGE.get(kind)
        act = Act(unit, caller, bundle, self._policy)
        return after if check is None else check(act, before, after)

    def after_write(
        self,
        unit: Unit,
        caller: Caller,
        before: Tree | None,
        stored: Stored,
        bundle: BundleView,
    ) -> None:
        """The consequences of a write, in the same unit: claims, freed slots, reopened requests.

        Raises:
            Refusal: 409, another live appointment has the slot.
        """
        act = Act(unit, caller, bundle, self._policy)
        if stored.type == "Appointment":
            taken_up = offer_ends.taken_up(act, before, stored.tree())
            booking.settle(act, before, stored)
            if taken_up is not None:
                offer_ends.complete(act, taken_up, stored.tree())
        elif stored.type == "HealthcareService":
            services.follow_up(act, before, stored)
        elif stored.type == "MedicationRequest":
            prescriptions.follow_up(act, before, stored)
        elif stored.type == "Communication":
            messages.follow_up(act, before, stored.tree())
        elif stored.type == "Task":
            matching.follow_up(act, before, stored.tree())
            offer_ends.follow_up(act, before, stored.tree())
        for follow in self._also:
            follow(unit, caller, stored)
