"""The `proviso` command as a person, a script or a supervisor uses it: output, exit codes, errors."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.cli import main
from bot.work.tables import TeamRow
from retrieval.database import Database
from retrieval.screening.refusal import screen
from tests.support.model_server import ModelServer

Run = Callable[..., tuple[int, str, str]]

# How a terminal is told to erase the line the cursor is in, or the one it has just left.
ERASES = r"(\r?\n(\x1b\[\?25h)?\r?\x1b\[1A)?\x1b\[2K"
ERASED = "\0"

FERRIES = """Ferries

A ferry master checks the lifeboats before each crossing. The check is written down in the log.

Crossings stop when the wind stands above seven."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for the whole file: indexing the starter guidance takes seconds."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    yield server
    server.stop()


@pytest.fixture
def proviso(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    monkeypatch.setenv("PROVISO_HOME", str(home))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capfd.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    yield run


def as_json(out: str) -> Any:
    return json.loads(out)


def test_the_first_question_is_answered_from_the_starter_guidance(proviso: Run) -> None:
    code, out, err = proviso("ask", "When should support to a partner be suspended?", "--json")
    answer = as_json(out)
    assert (code, answer["status"], answer["mode"], answer["model"]) == (0, "answered", "extractive", None)
    assert list(answer) == [
        "question",
        "status",
        "reason",
        "text",
        "claims",
        "parts",
        "strength",
        "summary",
        "offers",
        "citations",
        "nearest",
        "mode",
        "model",
        "note",
        "generation",
        "error",
        "timings_ms",
    ]
    assert answer["strength"] == {
        "modality": "should",
        "kinds": ["digest"],
        "years": [2022],
        "binds": ["nobody"],
        "missing": ["treaty", "statute", "policy"],
    }
    assert answer["citations"][0]["kind"] == "digest"
    assert answer["citations"][0]["source_locator"] == "par. 8"
    assert err == ""


def test_what_a_refusal_says_can_be_asked_instead_is_answered(proviso: Run, tmp_path: Path) -> None:
    asked = [{"id": kind.name, "question": kind.instead} for kind in screen().kinds]
    file = tmp_path / "instead.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in asked))
    code, out, _ = proviso("ask", "--file", str(file))
    ends = {answer["id"]: answer["status"] for answer in map(json.loads, out.splitlines())}
    assert (code, ends) == (0, dict.fromkeys((line["id"] for line in asked), "answered"))


def test_a_request_for_a_checklist_is_pointed_to_the_command_that_shows_it(proviso: Run) -> None:
    _, out, _ = proviso("ask", "Show me the detention checklist", "--json")
    answer = as_json(out)
    command = "proviso checklist detention"
    assert (answer["status"], [offer["command"] for offer in answer["offers"]]) == ("pointed", [command])
    code, out, _ = proviso(*command.split()[1:])
    assert code == 0
    assert out.startswith("## Detention and transfers by or to a partner")


def test_in_the_terminal_an_answer_shows_its_sources(proviso: Run) -> None:
    code, out, _ = proviso("ask", "When should support to a partner be suspended?")
    assert code == 0
    assert "**Our digest of “Don't Forget Your Friends: Risks and Opportunities in Security Partnerships”**" in out
    assert "[1] [par. 8]" in out
    assert (
        "**Strength**: should · binds nobody · no treaty, statute or policy here says this: ask your legal adviser"
        in out
    )


def test_a_search_keeps_to_the_scope_it_is_given(proviso: Run) -> None:
    _, out, _ = proviso("search", "protecting civilians", "--json")
    everything = as_json(out)["passages"]
    id_ = everything[-1]["source_id"]
    _, out, _ = proviso("search", "protecting civilians", "--source", id_, "--json")
    assert {passage["source_id"] for passage in as_json(out)["passages"]} == {id_}
    _, out, _ = proviso("search", "protecting civilians", "--since", "3000", "--json")
    assert as_json(out)["passages"] == []


@pytest.mark.parametrize(
    ("option", "value", "code", "last"),
    [
        ("--since", "2024-02-30", 2, "2024-02-30 is no date; write 2020, 2020-05 or 2020-05-31"),
        ("--since", "soon", 2, "soon is no date; write 2020, 2020-05 or 2020-05-31"),
        (
            "--authority",
            "statue",
            2,
            "there are treaty, customary rule, statute, policy, guidance, commentary, digest",
        ),
        (
            "--source",
            "nope",
            1,
            "error: There is no source nope. Nothing was changed; `proviso sources` lists those there are.",
        ),
    ],
)
def test_a_scope_that_cannot_be_meant_is_refused(proviso: Run, option: str, value: str, code: int, last: str) -> None:
    ended, out, err = proviso("ask", "When should support be suspended?", option, value)
    assert (ended, out) == (code, "")
    assert err.strip().splitlines()[-1].endswith(last)


def test_the_starter_guidance_can_join_documents_that_came_first(
    proviso: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVISO_HOME", str(tmp_path / "home"))
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "ferries.txt").write_text(FERRIES)
    _, out, _ = proviso("ingest", str(folder), "--json")
    assert as_json(out)["sources"] == 1
    _, out, _ = proviso("ingest", "--starter", "--json")
    assert as_json(out)["sources"] == 4
    code, _, err = proviso("ingest")
    assert (code, err.strip().splitlines()[-1]) == (2, "Error: name a file or folder, or --starter")


def test_a_batch_answers_each_line_in_order_and_a_bad_line_in_its_place(proviso: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(
        '{"id": "a", "question": "When should support be suspended?"}\n'
        "no json\n"
        '{"id": "b"}\n'
        '{"id": "c", "question": "And for detainees?", "context": [{"role": "user", "text": "How soon?"}]}\n'
        '{"id": "d", "question": "Why?", "context": "yesterday"}\n',
        encoding="utf-8",
    )
    code, out, _ = proviso("ask", "--file", str(file))
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer["id"] for answer in answers] == ["a", None, "b", "c", "d"]
    assert answers[1] == {"id": None, "status": "failed", "error": "line 2 is no JSON; write one object a line"}
    assert answers[2] == {"id": "b", "status": "failed", "error": 'line 3 has no text under "question"; add it'}
    assert answers[4]["error"] == '"context" must be a list of {"role": "user" or "assistant", "text"}'
    assert answers[3]["status"] in ("answered", "abstained")


def test_search_gives_the_nearest_passages(proviso: Run) -> None:
    code, out, _ = proviso("search", "engage a partner early on detention", "-k", "3", "--json")
    found = as_json(out)
    assert code == 0
    assert [passage["rank"] for passage in found["passages"]] == [1, 2, 3]
    assert list(found["passages"][0]) == [
        "rank",
        "score",
        "passage_id",
        "source_id",
        "title",
        "kind",
        "path",
        "section",
        "locator",
        "page",
        "paragraphs",
        "text",
    ]


def test_a_folder_is_read_listed_and_quoted_and_what_is_gone_from_it_is_removed(proviso: Run, tmp_path: Path) -> None:
    folder = tmp_path / "guidance"
    folder.mkdir()
    (folder / "ferries.txt").write_text(FERRIES, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 cut")
    code, out, _ = proviso("ingest", str(folder), "--json")
    report = as_json(out)
    assert code == 0
    assert {key: report[key] for key in ("added", "changed", "unchanged", "removed")} == {
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
    }
    assert [(rejected["path"], bool(rejected["hint"])) for rejected in report["rejected"]] == [("broken.pdf", True)]
    code, out, _ = proviso("ask", "When do ferry crossings stop?", "--json")
    answer = as_json(out)
    [citation] = [c for c in answer["citations"] if c["path"] == "ferries.txt"][:1]
    assert citation["spans"][0]["text"] in FERRIES
    (folder / "ferries.txt").unlink()
    code, out, _ = proviso("ingest", str(folder), "--json")
    assert as_json(out)["removed"] == 1
    code, out, _ = proviso("sources", "--json")
    assert [source["path"] for source in as_json(out) if source["path"] == "ferries.txt"] == []


def test_a_path_that_does_not_exist_is_an_error_that_says_so(proviso: Run, tmp_path: Path) -> None:
    code, out, err = proviso("ingest", str(tmp_path / "nowhere"), "--json")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == (
        f"error: There is nothing at {tmp_path / 'nowhere'}. Nothing was changed; check the spelling and run it again."
    )


def test_wrong_usage_ends_with_2(proviso: Run) -> None:
    code, _, err = proviso("ask")
    assert code == 2
    assert "give either QUESTION or --file" in err


def test_a_checklist_is_found_by_a_misspelt_name(proviso: Run) -> None:
    code, out, _ = proviso("checklist", "detentoin", "--json")
    found = as_json(out)
    assert code == 0
    assert (found["query"], found["checklist"]["id"]) == ("detentoin", "detention")
    assert sorted(found["others"]) == ["assessment", "intelligence"]


def test_a_partner_added_here_has_its_nudges_in_the_preview(proviso: Run) -> None:
    code, out, _ = proviso(
        "partner", "add", "Harbour Guard", "--channel", "C0OPS", "--focal", "U0AMAL", "--every", "180"
    )
    assert code == 0
    assert "Harbour Guard" in out
    assert "proposed" in out
    code, out, _ = proviso("nudges", "preview", "--json")
    assert code == 0
    purposes = {nudge["partner"]: nudge["purpose"] for nudge in as_json(out)}
    assert purposes["Harbour Guard"] == "outset assessment"


def test_doctor_finds_nothing_to_mend_in_a_fresh_installation(proviso: Run) -> None:
    proviso("ask", "When should support to a partner be suspended?")
    code, out, _ = proviso("doctor", "--json")
    findings = as_json(out)
    assert code == 0
    assert {finding["state"] for finding in findings} <= {"ok", "off"}
    off = [finding["subject"] for finding in findings if finding["state"] == "off"]
    assert off == ["chat model", "slack", "serving"]


def test_a_backup_restores_into_an_empty_installation(
    proviso: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "proviso.backup"
    proviso("ask", "When should support be suspended?")
    proviso("partner", "add", "Delta Guard", "--channel", "C0OPS", "--focal", "U0AMAL", "--every", "180")
    # In a process of its own: here other tests have imported what the command must import by itself.
    subprocess.run([sys.executable, "-m", "bot", "backup", str(copy)], check=True, capture_output=True)
    monkeypatch.setenv("PROVISO_HOME", str(tmp_path / "other"))
    code, _, err = proviso("restore", str(copy))
    assert (code, err) == (0, "")
    code, out, _ = proviso("partner", "list")
    assert "Delta Guard" in out
    code, out, _ = proviso("ask", "When should support be suspended?", "--json")
    assert as_json(out)["status"] == "answered"
    code, _, err = proviso("restore", str(copy))
    assert code == 1
    assert "Nothing was changed; restore to an empty one" in err


def test_a_backup_writes_over_no_file_unless_it_is_told_to(proviso: Run, tmp_path: Path) -> None:
    copy = tmp_path / "proviso.backup"
    copy.write_text("the only copy of something")

    code, out, err = proviso("backup", str(copy))
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == (
        f"error: {copy} is there already. Nothing was written; name another file, or add --force to write over it."
    )
    assert copy.read_text() == "the only copy of something"
    code, out, _ = proviso("backup", str(copy), "--force")
    assert code == 0
    assert out.endswith(f" rows written to {copy}\n")
    assert copy.read_bytes().startswith(b"\x1f\x8b")


@pytest.mark.parametrize(
    ("command", "field", "own", "refused"),
    [
        ("ask", "question", {"kind": "direct", "lang": "en", "answerable": True, "x_row": 1}, {"audience": "legal"}),
        ("search", "query", {"evidence": [], "expected_behaviour": "answer"}, {"k": 3, "since": "2020"}),
    ],
)
def test_a_line_may_carry_what_is_the_callers_own_and_nothing_that_would_go_unheard(
    proviso: Run, tmp_path: Path, command: str, field: str, own: dict[str, Any], refused: dict[str, Any]
) -> None:
    asked = {"id": 1, field: "When should support be suspended?"}
    file = tmp_path / "batch.jsonl"
    file.write_text(f"{json.dumps(asked | own)}\n{json.dumps(asked | refused)}\n")

    code, out, _ = proviso(command, "--file", str(file))
    heard, unheard = [as_json(line) for line in out.splitlines()]
    assert (code, heard.get("status", "answered")) == (1, "answered")
    names = ", ".join(f'"{name}"' for name in refused)
    assert unheard == {
        "id": 1,
        "status": "failed",
        "error": f"line 2 has {names}; remove it, and give it as an option, which holds for all lines",
    }


def test_serve_without_a_token_says_what_to_set(proviso: Run) -> None:
    code, _, err = proviso("serve")
    assert code == 1
    assert err.splitlines()[-1] == (
        "error: SLACK_BOT_TOKEN is not set. Nothing was started; README says how to connect Slack."
    )


def test_a_setting_that_cannot_be_used_is_named(proviso: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    code, _, err = proviso("sources")
    assert code == 1
    assert err.splitlines()[-1].startswith("error: ")
    assert "DATABASE_URL" in err.splitlines()[-1]


def test_the_sandbox_says_ready_and_ends_with_0_on_sigterm(home: Path) -> None:
    environment = os.environ | {"PROVISO_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "sandbox", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("ready http://127.0.0.1:")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err.splitlines()[-1]) == (0, ready.strip())


def test_a_folder_in_which_nothing_can_be_read_is_an_error(proviso: Run, tmp_path: Path) -> None:
    proviso("ask", "When should support be suspended?")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 cut")
    code, out, err = proviso("ingest", str(tmp_path), "--json")
    assert code == 1
    assert [rejected["path"] for rejected in as_json(out)["rejected"]] == ["broken.pdf"]
    assert err.splitlines()[-1].startswith("error: Nothing could be read there. The index is as it was")


def test_no_line_of_a_batch_can_stop_the_others(proviso: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    good = b'{"id": "good", "question": "When should support be suspended?"}'
    file.write_bytes(
        b"\xef\xbb\xbf" + good + b'\n{"id": 2, "question": "\xff"}\n{"id": 3, "question": "\\ud800"}\n' + good
    )
    code, out, _ = proviso("ask", "--file", str(file))
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer["status"] for answer in answers] == ["answered", "failed", "failed", "answered"]
    assert answers[1]["error"] == "line 2 is not UTF-8; save the file as UTF-8"
    assert answers[2]["error"] == "line 3 holds half a character (a lone surrogate); write it whole"


def test_the_sandbox_keeps_away_from_the_installations_own_database(
    proviso: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{real}")
    proviso("partner", "add", "Coast Guard", "--channel", "C1", "--focal", "U1", "--every", "180")
    code, _, _ = proviso("tour")
    assert code == 0
    code, out, _ = proviso("doctor", "--json")
    [database] = [finding for finding in as_json(out) if finding["subject"] == "database"]
    assert database["says"].endswith("workspace local")


def test_the_sandbox_refuses_a_database_that_has_known_a_real_workspace(home: Path, proviso: Run) -> None:
    proviso("tour")
    database = Database(f"sqlite:///{home / 'sandbox' / 'proviso.db'}")
    with database.write() as session:
        session.execute(update(TeamRow).values(slack_team="T0REAL"))
    code, _, err = proviso("tour")
    with database.write() as session:
        session.execute(update(TeamRow).values(slack_team="T0SANDBOX"))
    database.close()
    assert code == 1
    assert err.splitlines()[-1].startswith("error: This database belongs to the workspace T0REAL, not to T0SANDBOX.")


def test_a_stray_model_key_sends_nothing_anywhere(
    proviso: Run, monkeypatch: pytest.MonkeyPatch, model_server: ModelServer
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "stray")
    monkeypatch.setenv("OPENAI_BASE_URL", model_server.url)
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    code, out, _ = proviso("ask", "When should support be suspended?", "--json")
    assert (code, as_json(out)["mode"]) == (0, "extractive")
    assert model_server.requests == []
    assert os.environ["LANGSMITH_TRACING"] == "false"


def test_in_a_terminal_the_tour_is_typeset_and_says_once_where_the_page_is(home: Path) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "tour", "--serve", "--port", "0"],
        env=os.environ | {"PROVISO_HOME": str(home), "TERM": "xterm-256color", "COLUMNS": "80", "NO_COLOR": "1"},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = ""
    while "Ctrl-C ends it." not in shown:
        shown += os.read(ours, 4096).decode()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", re.sub(ERASES, ERASED, shown))
    lines = [line.rpartition(ERASED)[2].strip("\r ") for line in shown.split("\n")]
    assert [line for line in lines if line.startswith(("1. ", "2. ", "3. ", "Now "))] == [
        "1. Ask: When should support to a partner be suspended?",
        "2. Look up a checklist",
        "3. Be nudged to reassess a partner",
        "Now try it yourself",
    ]
    assert len([line for line in lines if line.startswith("ready http://127.0.0.1:")]) == 1
    assert [line for line in lines if re.search(r"[#*`]|indexing|starting", line)] == []


def test_a_piped_tour_is_plain_markdown(proviso: Run) -> None:
    code, out, err = proviso("tour")
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert [line for line in out.splitlines() if line.startswith("## ")] == [
        "## 1. Ask: When should support to a partner be suspended?",
        "## 2. Look up a checklist",
        "## 3. Be nudged to reassess a partner",
    ]


def test_a_taken_port_is_told_with_advice_that_can_be_followed(proviso: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, out, err = proviso("tour", "--serve", "--port", str(port))
    assert (code, out) == (1, "")
    assert err == (
        f"error: Port {port} is taken. Nothing was started; name another port, or leave --port out: then the next free "
        "one is used.\n"
    )


def test_a_backup_is_not_written_over_the_database_it_copies(proviso: Run, home: Path) -> None:
    proviso("ask", "When should support be suspended?")
    code, _, err = proviso("backup", "--force", str(home / "proviso.db"))
    assert (code, err.splitlines()[-1]) == (
        1,
        f"error: {home / 'proviso.db'} is the database itself. Nothing was written; name another file.",
    )
    assert proviso("sources")[0] == 0


def test_a_question_that_is_not_utf_8_is_refused_as_such(proviso: Run) -> None:
    code, _, err = proviso("ask", "a\udcff?")
    assert (code, err.splitlines()[-1]) == (
        2,
        "Error: QUESTION is not UTF-8; type it anew, or give it in a file with --file",
    )


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("PROVISO_HTTP", "nonsense", "Host and port of the HTTP server (`/slack/events`, `/healthz`)"),
        (
            "PROVISO_THREAD_HOURS",
            "abc",
            "How long a thread is remembered after its last question, for follow-ups; 0: not at all; from 0 to 168",
        ),
        ("DATABASE_URL", "mysql://x", "SQLAlchemy URL (`postgresql://…`); unset: SQLite in `PROVISO_HOME`"),
        ("PROVISO_CHAT_MODEL", "foo", "Model that chooses sentences, `openai:NAME`; unset: the program chooses them"),
        (
            "PROVISO_ZONE",
            "Mars/X",
            "Time zone (`Europe/Brussels`) of a partner that is added without one, and of the day that model budgets "
            "count",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_is_for(
    setting: str, value: str, told: str, proviso: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting, value)
    code, _, err = proviso("doctor")
    assert (code, err.splitlines()[-1]) == (
        1,
        f"error: These settings cannot be used as they are: {setting} ({told}). Nothing was started; correct or unset "
        "them.",
    )
