"""Links between resources: those inside a bundle become real, all others must lead somewhere."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from contract.errors import ErrorCode
from practice.refusal import Refusal
from practice.store import Tree
from practice.store.extract import target

_LINKS = ("reference", "url")


def resolved(node: Any, links: Mapping[str, str]) -> Any:
    """*node* with every link that *links* knows replaced, in contained resources too."""
    if isinstance(node, dict):
        return {
            name: links[value]
            if name in _LINKS and isinstance(value, str) and value in links
            else resolved(value, links)
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [resolved(value, links) for value in node]
    return node


def references(node: Any, path: str) -> Iterator[tuple[str, str]]:
    """Path and text of every reference inside *node*."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "reference" and isinstance(value, str):
                yield f"{path}.reference", value
            elif isinstance(value, (dict, list)):
                yield from references(value, f"{path}.{name}")
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from references(value, f"{path}[{at}]")


def check(
    ods: str,
    tree: Tree,
    before: Tree | None,
    planned: Collection[str],
    may_name: Callable[[str, str], bool],
) -> None:
    """Refuse *tree* when a reference in it leads nowhere on this server.

    What *before* already pointed to is not looked at again. *may_name* says of a type and an id
    whether that is there for the caller.

    Raises:
        Refusal: 422 REFERENCE_NOT_FOUND.
    """
    known = {text for _, text in references(before, "")}
    for path, text in references(tree, tree["resourceType"]):
        if text.startswith("#") or text in known:
            continue
        kind, resource_id = target(ods, text)
        if kind:
            there = f"{kind}/{resource_id}" in planned or may_name(kind, resource_id)
        else:
            there = "://" in text  # somebody else's
        if not there:
            raise Refusal(
                422,
                "not-found",
                ErrorCode.REFERENCE_NOT_FOUND,
                f"{text[:100]!r} does not exist here.",
                expression=path,
            )
        known.add(text)
