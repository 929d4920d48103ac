"""Practice documents as text: packed, read, and refused with the line."""

import base64
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import documents

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(TEXT, st.sampled_from(sorted(documents.TITLES)))
def test_what_is_packed_comes_out_again(text: str, name: str) -> None:
    tree = documents.tree_of(name, "old")
    assert documents.name_of(tree) == name
    assert documents.text_of(documents.with_text(tree, text)) == text


@given(TEXT)
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        wanted = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(ValueError, match=r"(?s)^(Line \d+|The text is cut short): .+\.$"):
            documents.read("assignments", text)
    else:
        assert documents.read("assignments", text) == wanted


def test_a_broken_text_names_its_line() -> None:
    with pytest.raises(ValueError, match=r"^Line 2: .*\.$"):
        documents.read("phrases", 'a = "yes"\nb = maybe\n')


@pytest.mark.parametrize(
    "content",
    [
        [],
        [{"contentType": "application/toml"}],
        [{"data": "no base64!"}],
        [{"data": base64.b64encode(b"\xff").decode()}],
        [{"data": base64.b64encode(b"#" * (documents.MOST_BYTES + 1)).decode()}],
    ],
)
def test_what_holds_no_text_says_so(content: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError, match=r"^The document.*\.$"):
        documents.text_of({"resourceType": "Library", "content": content})
