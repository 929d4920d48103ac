"""The continuity pack that the service writes by its own clock, without any desk."""

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from practice.cli import main
from practice.continuity import PackWriter, packs_in
from practice.pack_sheet import file_name, pack_of, written_at
from practice.settings import DataFolder
from tests.practice.rules.surgery import MARCUS, ODS, PRIYA, Surgery

NAME = "Otterbrook <Surgery>"


class Words(HTMLParser):
    """What a reader reads, and that every element is closed again."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.heads: list[str] = []
        self._in = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        if tag == "td":
            self.cells.append("")
        if tag == "h2":
            self.heads.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "td":
            self.cells[-1] += data
        if self._in == "h2":
            self.heads[-1] += data


class Place:
    """A data folder whose settings name a folder for packs."""

    def __init__(self, path: Path, surgery: Surgery) -> None:
        self.folder = DataFolder(path / "data")
        settings = self.folder.found(ODS, NAME)
        self.packs = path / "packs"
        self.packs.mkdir()
        self.folder.write(msgspec.structs.replace(settings, pack_folder=str(self.packs)))
        self.writer = PackWriter(surgery.store, [(ODS, NAME)], self.folder, surgery.clock)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.packs.iterdir())


@pytest.fixture
def place(tmp_path: Path, surgery: Surgery) -> Place:
    return Place(tmp_path, surgery)


def test_everybody_who_is_booked_stands_in_it_with_their_numbers(surgery: Surgery) -> None:
    surgery.load(
        {
            "resourceType": "Patient",
            "id": "p9",
            "name": [{"family": "O’Neill <b>", "given": ["Zoë", "Ann"]}],
            "birthDate": "1980-02-01",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
            "telecom": [
                {"system": "phone", "value": "07700 900123"},
                {"system": "email", "value": "zoe@example.org"},
            ],
        }
    )
    slot, free = surgery.slot(90), surgery.slot(100)
    tomorrow = surgery.slot(24 * 60)
    surgery.slot(8 * 24 * 60)
    surgery.book(slot, "p9", description="Knee & hip")
    gone = surgery.book(surgery.slot(110), "p1")
    surgery.update(PRIYA, {**gone, "status": "entered-in-error"})
    made = surgery.store.read_now(ODS, lambda unit: pack_of(unit, NAME, surgery.clock.at))
    words = Words(made.page)
    assert made.patients == {"p9"}
    assert words.heads[0] == "Monday 23 November 2026: Dr c1"
    rows = [words.cells[n : n + 7] for n in range(0, len(words.cells), 7)]
    assert rows[0] == [
        "09:30",
        "O’NEILL <B>, Zoë",
        "01-Feb-1980  999 000 0018",
        "07700 900123",
        "Routine GP",
        "Knee & hip",
        "",
    ]
    assert rows[1][:2] == ["09:40", "free"]
    assert free["status"] == tomorrow["status"] == "free"
    assert "Tuesday 24 November 2026: Dr c1" in words.heads
    assert not any("1 December" in head for head in words.heads), "today and the next days only"
    assert "zoe@example.org" not in made.page


def test_it_is_written_when_it_is_due_and_once(place: Place, surgery: Surgery) -> None:
    surgery.clock.at = datetime(2026, 11, 23, 7, 29, tzinfo=UTC)
    assert place.writer.look() == []
    surgery.clock.move(minutes=2)
    assert len(place.writer.look()) == 1
    assert place.writer.look() == []
    surgery.clock.at = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert len(place.writer.look()) == 1
    stamps = ("0731", "1300")
    assert place.names() == [
        f"Continuity pack Otterbrook Surgery 2026-11-23 {stamp}.html" for stamp in stamps
    ]


def test_what_was_missed_is_written_at_the_next_look_and_old_ones_go(
    place: Place, surgery: Surgery
) -> None:
    for days in (8, 7):
        (place.packs / file_name(NAME, surgery.clock.at - timedelta(days=days))).write_text("x")
    (place.packs / "Rota.html").write_text("x")
    killed = file_name(NAME, surgery.clock.at - timedelta(minutes=30))
    (place.packs / f".{killed}.part").write_text("x")
    (made,) = place.writer.look()  # it is 08:00: the service was down at 07:30
    kept = file_name(NAME, surgery.clock.at - timedelta(days=7))
    assert place.names() == sorted([made.name, kept, "Rota.html"])
    assert [path.name for path, _ in packs_in(place.packs, NAME)] == [kept, made.name]


def test_that_it_left_the_service_stands_in_the_trail(place: Place, surgery: Surgery) -> None:
    surgery.book(surgery.slot(90), "p2")
    (made,) = place.writer.look()
    (event,) = surgery.search(MARCUS, "AuditEvent", type="110106", patient="Patient/p2")
    assert event["action"] == "R"
    assert event["entity"][0]["description"] == str(made)


def test_a_folder_that_is_gone_leaves_nothing_behind(place: Place, surgery: Surgery) -> None:
    place.packs.rmdir()
    with pytest.raises(OSError, match="No such file"):
        place.writer.look()
    assert surgery.search(MARCUS, "AuditEvent", type="110106") == []
    place.packs.mkdir()
    assert len(place.writer.look()) == 1
    assert all(not name.startswith(".") for name in place.names())


def test_only_its_own_files_are_packs() -> None:
    at = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert written_at(file_name(NAME, at), NAME) == at
    for name in ("Rota.html", file_name("Else", at), "Continuity pack 2026-11-23 0730.html", ""):
        assert written_at(name, NAME) is None
    assert written_at("Continuity pack Otterbrook Surgery 2026-11-23 0761.html", NAME) is None


def test_the_command_says_and_sets_where_they_go(
    tmp_path: Path, surgery: Surgery, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.found(ODS, "Otterbrook Surgery")
    data = ["pack", "--data", str(folder.path)]
    (tmp_path / "packs").mkdir()
    assert main(data) == 0
    assert "writes no continuity pack" in capsys.readouterr().err
    assert main([*data, "--folder", str(tmp_path / "nowhere")]) == 1
    assert "make it first" in capsys.readouterr().err
    assert main([*data, "--folder", str(tmp_path / "packs"), "--keep", "3", "--now"]) == 0
    said = capsys.readouterr()
    assert "at 07:30 and 13:00, and kept for 3 days" in said.err
    assert Path(said.out.strip()).read_text().startswith("<!doctype html>")
    kept = json.loads((folder.path / "settings.json").read_text())
    assert kept["pack_folder"] == str(tmp_path / "packs")
    assert main([*data, "--off"]) == 0
    assert "1 old pack lies in" in capsys.readouterr().err
    assert folder.read().pack_folder == ""
