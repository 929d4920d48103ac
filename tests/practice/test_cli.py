"""The command `practice`, as real processes."""

import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from websockets.sync.client import connect

from contract.codes import Role
from contract.systems import TOPIC
from practice.cli import main
from practice.offline import opened
from practice.settings import DataFolder
from practice.tls import fingerprint
from tests.running import RunningPractice

RUN_S = 60


def practice(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "practice.cli", *arguments],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S,
    )


def found(data: Path | str, ods: str = "A99999") -> None:
    """`practice init`, without its process."""
    DataFolder(Path(data)).found(ods, "Otterbrook Surgery")


def refused(*arguments: str, typed: str = "") -> str:
    """The one sentence with which a command gives up."""
    done = practice(*arguments, typed=typed)
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert done.stderr.startswith("practice: ")
    assert done.stderr.count("\n") == 1
    assert done.stderr.rstrip().endswith(".")
    return done.stderr


def refused_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """As `refused`, without a process."""
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("practice: ")
    assert said.err.count("\n") == 1
    assert said.err.rstrip().endswith(".")
    return said.err


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "data"
    done = practice(
        "init", "--data", str(folder), "--ods", "A99999", "--name", "Otterbrook Surgery"
    )
    assert done.returncode == 0, done.stderr
    return folder


def serving(data: Path, *more: str) -> RunningPractice:
    return RunningPractice(data, ["serve", "--data", str(data), "--port", "0", *more])


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[RunningPractice]:
    service = serving(data, "--at", "2026-11-23T07:58").start()
    yield service
    assert service.stop() == 0


def test_the_ready_line_says_where_and_whom_to_trust(running: RunningPractice, data: Path) -> None:
    assert set(running.ready) == {"ready", "base", "ca", "fingerprint"}
    assert running.ready["ready"] is True
    assert running.base.startswith("https://localhost:")
    assert running.base.endswith("/A99999/fhir")
    assert running.ca == data / "ca.pem"
    authority = x509.load_pem_x509_certificate(running.ca.read_bytes())
    assert running.ready["fingerprint"] == fingerprint(authority)
    assert len(running.ready["fingerprint"].split(":")) == 32


def test_the_served_certificate_was_signed_by_that_authority(running: RunningPractice) -> None:
    port = int(running.base.split(":")[2].split("/")[0])
    context = ssl.create_default_context(cafile=str(running.ca))
    for name in ("localhost", "127.0.0.1"):
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=name) as sealed,
        ):
            assert sealed.version() in {"TLSv1.2", "TLSv1.3"}
            shown = sealed.getpeercert(binary_form=True)
    assert shown is not None
    authority = x509.load_pem_x509_certificate(running.ca.read_bytes())
    x509.load_der_x509_certificate(shown).verify_directly_issued_by(authority)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{running.base}/metadata")  # nobody else vouches for it


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_current_versions_of_tls_are_spoken(
    running: RunningPractice, version: ssl.TLSVersion
) -> None:
    context = ssl.create_default_context(cafile=str(running.ca))
    context.minimum_version = context.maximum_version = version
    assert httpx2.get(f"{running.base}/metadata", verify=context).status_code == 200


def test_plain_http_gets_nothing(running: RunningPractice) -> None:
    port = int(running.base.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        plain.sendall(b"GET /A99999/fhir/metadata HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while chunk := plain.recv(4096):
            answer += chunk
    assert b"HTTP" not in answer
    assert len(answer) <= 7  # at most a TLS alert


def test_every_answer_shows_the_practices_time(running: RunningPractice) -> None:
    for path in ("metadata", ".well-known/smart-configuration", "Patient", "../../nowhere"):
        answer = running.http.get(f"{running.base}/{path}")
        assert answer.headers["date"].startswith("Mon, 23 Nov 2026 0")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_ids_of_the_caller_come_back(running: RunningPractice) -> None:
    asked = {"X-Request-Id": "6a1c2b5e", "X-Correlation-Id": "9f0e"}
    answer = running.http.get(f"{running.base}/.well-known/smart-configuration", headers=asked)
    assert answer.headers["x-request-id"] == "6a1c2b5e"
    assert answer.headers["x-correlation-id"] == "9f0e"


def test_the_log_names_no_patient(running: RunningPractice) -> None:
    for path in (
        "Patient/bryony-9990001",
        "Patient?name=Brackenridge",
        "Brackenridge",
        "a/b/c/Moor",
    ):
        running.http.get(f"{running.base}/{path}")
    running.http.get(f"{running.base.removesuffix('/A99999/fhir')}/Brackenridge")
    for line in running.log.splitlines():
        assert "bryony" not in line
        assert "Brackenridge" not in line
        assert "Moor" not in line
        assert json.loads(line)["at"]
    assert '"route":"/A99999/fhir/Patient/{id}"' in running.log


def test_a_second_service_is_kept_out(running: RunningPractice, data: Path) -> None:
    assert "already using" in refused("serve", "--data", str(data), "--port", "0")


def test_a_taken_port_is_said_before_anything_starts(
    running: RunningPractice, tmp_path: Path
) -> None:
    other = str(tmp_path / "other")
    found(other, "B22222")
    port = running.base.split(":")[2].split("/")[0]
    assert f"port {port}" in refused("serve", "--data", other, "--port", port)


def test_staff_are_added_listed_and_disabled_while_it_runs(
    running: RunningPractice, data: Path
) -> None:
    where = ("--data", str(data))
    added = practice(
        "staff", "add", *where, "--user", "priya", "--role", "receptionist",
        "--display", "Priya Shah", "--password-stdin", typed="a good long one\n",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    assert added.stdout == ""
    made = practice(
        "staff", "add", *where, "--user", "omar", "--role", "prescriber",
        "--display", "Omar Aziz", "--generate",
    )  # fmt: skip
    assert len(made.stdout.strip()) == 19
    listed = practice("staff", "list", *where).stdout.splitlines()
    assert listed == [
        "omar\tprescriber\tactive\tOmar Aziz",
        "priya\treceptionist\tactive\tPriya Shah",
    ]
    token = running.token("priya")
    reader = {"Authorization": f"Bearer {token}"}
    url = f"{running.base}/Practitioner?_summary=count"
    assert running.http.get(url, headers=reader).json()["total"] == 2
    assert practice("staff", "disable", *where, "--user", "priya").returncode == 0
    while running.http.get(url, headers=reader).status_code == 200:
        pass  # noticed within a second or two; the time limit of the test is the judge
    assert running.http.get(url, headers=reader).status_code == 401
    assert "no account named priya" in refused("token", *where, "--user", "priya")
    assert "priya\treceptionist\tdisabled" in practice("staff", "list", *where).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["staff", "add", "--user", "priya2", "--role", "manager", "--display", "X"],
            "no terminal",
        ),
        (["staff", "disable", "--user", "nobody"], "no account named nobody"),
        (["staff", "list", "--ods", "Z9"], "does not hold the practice Z9"),
        (["token", "--user", "nobody"], "no account named nobody"),
        (["serve", "--cert", "x.pem"], "belong together"),
        (["serve", "--cert", "x.pem", "--key", "y.pem"], "cannot be read"),
        (["serve", "--host", "203.0.113.1", "--port", "0"], "cannot listen on 203.0.113.1"),
        (["init", "--ods", "A99999", "--name", "Again"], "already holds"),
        (["init", "--ods", "a-1", "--name", "Bad"], "not an ODS code"),
        (["demo", "--port", "0"], "holds a real practice"),
    ],
)
def test_refusals_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    data = tmp_path / "data"
    found(str(data))
    assert sentence in refused_here(capsys, *arguments, "--data", str(data))


def test_a_short_password_is_refused(data: Path) -> None:
    said = refused(
        "staff", "add", "--data", str(data), "--user", "jo", "--role", "manager",
        "--display", "Jo", "--password-stdin", typed="short\n",
    )  # fmt: skip
    assert "10 to 256" in said


def test_folders_that_hold_no_practice_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There is no folder" in refused_here(capsys, "serve", "--data", str(tmp_path / "none"))
    assert "holds no practice yet" in refused_here(capsys, "serve", "--data", str(tmp_path))
    (tmp_path / "settings.json").write_text('{"practices": 7}')
    assert "cannot be read" in refused_here(capsys, "token", "--data", str(tmp_path), "--user", "x")
    assert "cannot be made" in refused_here(
        capsys, "init", "--data", "/proc/none/here", "--ods", "A99999", "--name", "N"
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--at", "yesterday"),
        ("--at", "2026-11-23T25:00"),
        ("--port", "70000"),
        ("--port", "-1"),
        ("--port", "x"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["serve", "--data", str(tmp_path), f"{option}={value}"])
    assert left.value.code == 2
    assert value in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"), [("--speed", "0"), ("--speed", "nan"), ("--patients", "0")]
)
def test_demo_options_that_make_no_sense_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["demo", "--data", str(tmp_path), f"{option}={value}"])
    assert left.value.code == 2
    assert value in capsys.readouterr().err


@pytest.mark.parametrize(
    ("at", "date"),
    [
        ("2026-07-01T09:00", "Wed, 01 Jul 2026 08:00:"),  # summer time
        ("2026-07-01T09:00+00:00", "Wed, 01 Jul 2026 09:00:"),
    ],
)
def test_the_clock_starts_where_it_is_told(tmp_path: Path, at: str, date: str) -> None:
    data = tmp_path / "data"
    found(str(data))
    service = serving(data, "--at", at).start()
    try:
        assert service.http.get(f"{service.base}/metadata").headers["date"].startswith(date)
    finally:
        assert service.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_though_somebody_holds_on(tmp_path: Path, number: signal.Signals) -> None:
    data = tmp_path / "data"
    found(str(data))
    service = serving(data).start()
    assert service.process is not None
    port = int(service.base.split(":")[2].split("/")[0])
    context = ssl.create_default_context(cafile=str(service.ca))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as sealed,
    ):
        sealed.sendall(b"POST /A99999/auth/token HTTP/1.1\r\nHost: localhost\r\n")
        service.process.send_signal(number)
        assert service.process.wait(10) == 0
    assert service.process.stdout is not None
    assert service.process.stdout.read() == ""
    service.process.stdout.close()
    assert not [line for line in service.log.splitlines() if "Traceback" in line or "panic" in line]
    again = serving(data).start()  # the folder is free again
    assert again.stop() == 0


def test_those_who_listen_hear_that_it_stops(tmp_path: Path) -> None:
    data = tmp_path / "data"
    found(data)
    folder = DataFolder(data)
    with opened(folder, folder.read()) as (_, identity):
        identity.add_staff("A99999", "priya", "a good long one", Role.RECEPTIONIST, "P S", None)
    service = serving(data).start()
    assert service.process is not None
    desk = service.as_("priya")
    channel = {"type": "websocket", "payload": "application/fhir+json"}
    asked = desk.post(
        {
            "resourceType": "Subscription",
            "status": "requested",
            "reason": "Reception desktop",
            "criteria": TOPIC,
            "channel": channel,
        }
    )
    assert asked.status_code == 201, asked.text
    given = desk.get(f"Subscription/{asked.json()['id']}/$get-ws-binding-token")
    assert given.status_code == 200, given.text
    values = {
        p["name"]: next(v for k, v in p.items() if k != "name") for p in given.json()["parameter"]
    }
    context = ssl.create_default_context(cafile=str(service.ca))
    heard = []
    with connect(values["websocket-url"], ssl=context) as line:
        line.send(f"bind-with-token {values['token']}")
        heard.append(line.recv(20))
        service.process.send_signal(signal.SIGTERM)
        heard += list(line)  # until it is closed
    assert service.process.wait(10) == 0
    assert "handshake" in str(heard[0])
    assert '"valueCode":"off"' in str(heard[-1]).replace(" ", "")
    assert service.stop() == 0


def test_the_demo_ends_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "data"), "--port", "0", "--patients", "20")
    with subprocess.Popen(
        [sys.executable, "-m", "practice.cli", "demo", *arguments, "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ready"]
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(RUN_S) == 0


def test_it_stops_cleanly_while_the_demo_is_being_made(tmp_path: Path) -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "practice.cli",
            "demo",
            "--data",
            str(tmp_path / "d"),
            "--port",
            "0",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as making:
        assert making.stdout is not None
        assert making.stderr is not None
        assert "%" in making.stderr.readline()
        making.send_signal(signal.SIGTERM)
        assert making.wait(20) == 0
        assert making.stdout.read() == ""
        assert "Traceback" not in making.stderr.read()


def test_a_killed_service_leaves_the_folder_free(tmp_path: Path) -> None:
    data = tmp_path / "data"
    found(str(data))
    service = serving(data).start()
    service.kill()
    again = serving(data).start()
    assert again.ready["fingerprint"] == service.ready["fingerprint"]
    assert again.stop() == 0


def test_the_practices_own_certificate_is_used_from_then_on(
    tmp_path: Path, running: RunningPractice, data: Path
) -> None:
    own = tmp_path / "own"
    found(str(own))
    pair = ("--cert", str(data / "tls" / "server.pem"), "--key", str(data / "tls" / "server.key"))
    for more in (pair, ()):
        service = serving(own, *more).start()
        try:
            assert service.ready["fingerprint"] == running.ready["fingerprint"]
            assert service.http.get(f"{service.base}/metadata").status_code == 200
        finally:
            assert service.stop() == 0


def test_a_folder_with_two_practices_asks_which(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    for ods in ("A99999", "B22222"):
        found(data, ods)
    assert "Say which practice" in refused("staff", "list", "--data", data)
    assert practice("staff", "list", "--data", data, "--ods", "B22222").returncode == 0


def test_what_a_folder_holds_is_for_its_owner(data: Path) -> None:
    assert data.stat().st_mode & 0o077 == 0


def test_help_names_every_command() -> None:
    said = practice("--help").stdout
    for command in ("init", "serve", "staff", "token", "demo"):
        assert command in said
