"""Questions to patients about items they ordered: a thread that is about the items.

The header of such a thread names the items (`about`); an answer brings them back to the practice.

Source: docs/contract.md 7, 8.
"""

from contract.codes import RepeatState, RequestState
from practice.rules import repeat_words, repeats, requests
from practice.rules.act import Act
from practice.rules.trees import targets
from practice.store import Tree


def asked_in(act: Act, header: str) -> list[Tree]:
    """The items of repeat orders that the thread *header* (`Communication/x`) is about."""
    about = targets((act.after(header) or {}).get("about"))
    tasks = (act.after(reference) for reference in about if reference.startswith("Task/"))
    return [task for task in tasks if task is not None and repeats.is_repeat(task)]


def awaiting(act: Act, header: str) -> list[Tree]:
    """Those of them whose time to answer decides about an answer; none, while one has time."""
    asked = [t for t in asked_in(act, header) if repeats.state_of(t) is RepeatState.QUERY]
    in_time = any((until := requests.due_of(t)) is None or until >= act.now for t in asked)
    return [] if in_time else asked


def bring_back(act: Act, asked: list[Tree], state: RequestState) -> bool:
    """Bring back every item the patient is asked about; whether there was one.

    Items that are on their way already, or decided, stay as they are: then the words need a
    request of their own.
    """
    found = False
    for task in asked:
        if f"Task/{task['id']}" in act.bundle.planned:
            found = True  # the same request says itself what becomes of it
        elif repeats.state_of(task) is RepeatState.BACK:
            found = True
        elif repeats.state_of(task) is RepeatState.QUERY:
            found = True
            fresh = requests.reopened(task, state, act.now)
            act.unit.update(repeat_words.worded(act, fresh))
    return found
