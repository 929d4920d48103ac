"""Repeat orders at real desks: hand on, ask, reject, sign, take back; seen at another desk."""

import pytest

from contract.codes import Reject, RepeatState, Role
from contract.repeats import OrderState
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible
from reception.desk.repeat_orders import Item, Order
from reception.records.problem import ChangedElsewhere
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks
from tests.reception.repeats.orders import Counter


class Ward:
    """A receptionist's desk, a prescriber's, and what they were told."""

    def __init__(self, desks: Desks, finish: Finish, until: Until, counter: Counter) -> None:
        self.finish, self.until, self.counter = finish, until, counter
        self.front: Desk = finish(desks.open(Role.RECEPTIONIST))
        self.doctor: Desk = finish(desks.open(Role.PRESCRIBER))
        self.told: list[Notice] = []
        for desk in (self.front, self.doctor):
            desk.told.connect(self.told.append)

    def order(self, items: int = 2, *, special: bool = False) -> Order:
        """A fresh order, known with its supply at both desks."""
        number = self.counter.order(items, special=special)
        self.until(lambda: self.is_known(self.front, number, items), 30.0)
        self.until(lambda: self.is_known(self.doctor, number, items), 30.0)
        return self.at(self.front, number)

    def is_known(self, desk: Desk, key: str, items: int) -> bool:
        order = desk.orders.get(key)
        return (
            order is not None
            and len(order.items) == items
            and all(item.supply is not None for item in order.items)
            and order.patient_id in desk.patients
        )

    def at(self, desk: Desk, key: str) -> Order:
        order = desk.orders.get(key)
        assert order is not None
        return order

    def state(self, desk: Desk, key: str) -> OrderState:
        return self.at(desk, key).state

    def reads(self, item: Item) -> str:
        """What stands on the item for its patient."""
        stored = self.counter.wire.request("GET", item.request.reference).json()
        return str(stored["businessStatus"]["text"])

    def undo(self, desk: Desk) -> None:
        notice = next(n for n in reversed(self.told) if n.undo_id)
        self.finish(desk.undo(notice.undo_id))


@pytest.fixture
def ward(desks: Desks, finish: Finish, until: Until, counter: Counter) -> Ward:
    return Ward(desks, finish, until, counter)


def ids(order: Order) -> list[str]:
    return [item.id for item in order.items]


def test_an_order_goes_to_the_prescriber_and_back_by_undo(ward: Ward) -> None:
    order = ward.order()
    foretold = [
        ward.front.repeats.preview(item, RepeatState.WITH_PRESCRIBER) for item in order.items
    ]
    ward.finish(ward.front.repeats.hand_on(ids(order), RepeatState.WITH_PRESCRIBER))
    ward.until(lambda: ward.state(ward.doctor, order.key) is OrderState.WITH_PRESCRIBER)
    moved = ward.at(ward.doctor, order.key)
    assert [item.words for item in moved.items] == foretold
    assert [ward.reads(item) for item in moved.items] == foretold
    assert {item.request.owner_name for item in moved.items} == {"Prescribers"}
    ward.undo(ward.front)
    ward.until(lambda: ward.state(ward.doctor, order.key) is OrderState.REQUESTED)


def test_reception_rejects_for_reasons_of_its_own_only(ward: Ward) -> None:
    order = ward.order(1)
    (item,) = order.items
    words = ward.front.repeats.reason_words(item, Reject.DUPLICATE)
    with pytest.raises(NotPossible, match="prescribers have it"):
        ward.finish(ward.front.repeats.reject([item.id], Reject.NOT_SUITABLE, "No."))
    foretold = ward.front.repeats.preview(item, RepeatState.REJECTED, words)
    ward.finish(ward.front.repeats.reject([item.id], Reject.DUPLICATE, words))
    assert ward.reads(item) == foretold == f"Not approved. {words}"
    ward.undo(ward.front)
    assert ward.state(ward.front, order.key) is OrderState.BACK
    with pytest.raises(NotPossible, match="Approve repeat prescriptions"):
        ward.front.signing.confirm(ward.at(ward.front, order.key).items[0])


def test_a_question_waits_for_the_patient_and_its_answer_is_first(ward: Ward) -> None:
    order = ward.order()
    foretold = ward.front.repeats.preview(order.items[0], RepeatState.QUERY)
    ward.finish(ward.front.repeats.ask(ids(order), "Do you still take both?"))
    asked = ward.at(ward.front, order.key)
    assert asked.state is OrderState.QUERY
    assert asked.is_asleep
    assert ward.reads(asked.items[0]) == foretold
    (message,) = ward.finish(ward.front.repeats.conversation(asked))
    assert message.text == "Do you still take both?"
    with pytest.raises(NotPossible, match="waiting for the patient's answer"):
        ward.doctor.signing.confirm(ward.at(ward.doctor, order.key).items[0])
    answer = {
        "resourceType": "Communication",
        "status": "in-progress",
        "partOf": [{"reference": f"Communication/{message.header_id}"}],
        "sender": {"reference": f"Patient/{order.patient_id}"},
        "payload": [{"contentString": "Yes, I do"}],
    }
    assert ward.counter.wire.request("POST", "Communication", json=answer).status_code == 201
    ward.until(lambda: ward.state(ward.doctor, order.key) is OrderState.BACK)
    first = min(ward.doctor.orders, key=ward.doctor.orders.order_key)
    assert first.is_back or first.is_emergency
    ward.finish(ward.front.repeats.ask(ids(order)[:1], "And since when?"))
    texts = [m.text for m in ward.finish(ward.front.repeats.conversation(asked))]
    assert texts == ["Do you still take both?", "Yes, I do", "And since when?"]


def test_a_batch_is_signed_order_by_order_and_taken_back(ward: Ward) -> None:
    orders = [ward.order(2), ward.order(1)]
    for order in orders:
        for item in ward.at(ward.doctor, order.key).items:
            ward.doctor.signing.confirm(item)
    seal = ward.doctor.signing.seals[0]
    assert seal.words.startswith(orders[0].items[0].name)
    foretold = ward.doctor.repeats.preview(orders[0].items[0], RepeatState.APPROVED)
    signed = ward.finish(ward.doctor.signing.sign())
    assert [one.problem for one in signed] == [None] * 3
    assert not ward.doctor.signing.seals
    ward.until(lambda: all(ward.state(ward.front, o.key) is OrderState.APPROVED for o in orders))
    item = ward.at(ward.front, orders[0].key).items[0]
    assert ward.reads(item) == foretold
    issued = item.request.tree["output"][-1]["valueReference"]["reference"]
    stored = ward.counter.wire.request("GET", issued).json()
    assert stored["medicationCodeableConcept"]["text"] == item.name
    assert stored["requester"]["reference"] == ward.doctor.me.reference
    ward.undo(ward.doctor)
    assert ward.counter.wire.request("GET", issued).json()["status"] == "cancelled"
    assert {ward.state(ward.doctor, o.key) for o in orders} == {OrderState.BACK}


def test_what_changes_after_it_was_confirmed_has_to_be_looked_at_again(ward: Ward) -> None:
    order = ward.order(2)
    voided: list[str] = []
    ward.doctor.signing.voided.connect(voided.append)
    first, second = ward.at(ward.doctor, order.key).items
    ward.doctor.signing.confirm(first)
    ward.doctor.signing.confirm(second)
    ward.finish(ward.front.repeats.hand_on([first.id], RepeatState.WITH_PHARMACY))
    ward.until(lambda: voided)
    assert "look at it again" in voided[0]
    assert first.name in voided[0]
    assert [seal.item.id for seal in ward.doctor.signing.seals] == [second.id]


def test_a_signature_on_an_old_copy_fails_with_its_whole_order(ward: Ward) -> None:
    """The change is on its way while the signature is: the service decides."""
    order = ward.order(2)
    items = ward.at(ward.doctor, order.key).items
    stale = list(items)
    ward.finish(ward.front.repeats.hand_on([items[0].id], RepeatState.WITH_PHARMACY))
    signed = ward.finish(ward.doctor.repeats.sign(stale))
    assert all(isinstance(one.problem, ChangedElsewhere) for one in signed)
    assert len(signed) == 2
    found = ward.counter.items_of(order.key)
    assert {task["status"] for task in found} == {"in-progress", "requested"}
    plan = items[0].plan
    assert plan is not None
    orders = ward.counter.all_of(
        f"MedicationRequest?patient=Patient/{order.patient_id}&intent=order&_count=200"
    )
    today = [o for o in orders if str(o["authoredOn"]).startswith("2026-11-23T")]
    assert not today


def test_special_items_are_signed_by_themselves(ward: Ward) -> None:
    special, plain = ward.order(1, special=True), ward.order(1)
    ward.doctor.signing.confirm(ward.at(ward.doctor, plain.key).items[0])
    item = ward.at(ward.doctor, special.key).items[0]
    with pytest.raises(NotPossible, match="signed by itself"):
        ward.doctor.signing.confirm(item)
    ward.doctor.signing.clear()
    ward.doctor.signing.confirm(item)
    with pytest.raises(NotPossible, match="signed by itself"):
        ward.doctor.signing.confirm(ward.at(ward.doctor, plain.key).items[0])
    assert [one.problem for one in ward.finish(ward.doctor.signing.sign())] == [None]


def test_two_patients_with_one_order_number_never_share_an_order(ward: Ward) -> None:
    """Numbers come from patients' own programs: one may be taken by mistake, or on purpose."""
    first = ward.counter.order(1, number="R-2026-TWICE")
    second = ward.counter.order(1, number="R-2026-TWICE")
    ward.until(lambda: all(ward.is_known(ward.front, key, 1) for key in (first, second)), 30.0)
    orders = [ward.at(ward.front, key) for key in (first, second)]
    assert orders[0].patient_id != orders[1].patient_id
    for order in orders:
        assert {item.request.patient_id for item in order.items} == {order.patient_id}
        ward.finish(ward.front.repeats.ask(ids(order), f"Is this yours, {order.patient_name}?"))
    for order in orders:
        (message,) = ward.finish(ward.front.repeats.conversation(order))
        assert message.patient_id == order.patient_id
        assert order.patient_name in message.text
