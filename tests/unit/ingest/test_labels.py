"""Who may see a document is read wherever it may be written; where it cannot be read, nobody sees the document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli.corpus import tell_files
from ingest.errors import Rejected
from ingest.look_alikes import LookAlikes
from ingest.readers.beside import MAX_METADATA
from ingest.readers.reading import read
from retrieval.corpus.passages import EVERYTHING
from tests.unit.ingest.library import Library

Write = Callable[[str, str | bytes], Path]
SECRET = "The tribunal sits at noon."
NO_MAPPING = "d/_meta.yaml: It must be lines of `name: value`, each name once; mend or remove it."
ONE_AUDIENCE = "Its audience must be one label, such as `audience: legal`; without one, remove the line."
NOT_NAMED = (
    "states an audience but is not named as a metadata file: name it `_meta.yaml` or `NAME.meta.yaml`, or remove it."
)
ONE_LABEL = f"d/_meta.yaml: {ONE_AUDIENCE}"
UNTIL_THEN = " Until then nobody is shown it."


def audience(path: Path) -> str | None:
    return read(path).metadata.get("audience")


def why(path: Path, root: Path | None = None) -> tuple[str, str]:
    with pytest.raises(Rejected) as caught:
        LookAlikes().check(path, root)
        read(path)
    return caught.value.reason, caught.value.hint


def test_a_folders_metadata_holds_for_all_below_and_the_nearest_decides_each_field(write: Write) -> None:
    write("secret/_meta.yaml", "audience: legal\npublisher: Council")
    write("secret/2024/05/_meta.yaml", "audience: board")

    assert read(write("secret/2024/x.txt", SECRET)).metadata == {"audience": "legal", "publisher": "Council"}
    assert read(write("secret/2024/05/x.txt", SECRET)).metadata == {"audience": "board", "publisher": "Council"}
    assert read(write("open/x.txt", SECRET)).metadata == {}


def test_metadata_of_a_folder_above_the_named_one_holds_too(library: Library, write: Write) -> None:
    write("secret/_meta.yaml", "audience: legal")
    library.ingest(write("secret/2024/x.txt", SECRET).parent)

    assert library.shown("tribunal") == []
    assert [summary.source.audience for summary in library.corpus.sources(EVERYTHING)] == ["legal"]


@pytest.mark.parametrize("name", ["_meta.yaml", "_meta.yml", "x.meta.yaml", "x.meta.yml", "x.md.meta.yml"])
def test_metadata_files_end_in_yaml_or_yml(write: Write, name: str) -> None:
    write(name, "Audience: legal")
    assert audience(write("x.md", SECRET)) == "legal"


def test_a_file_for_the_full_name_says_more_than_one_for_the_stem_and_both_are_heard(write: Write) -> None:
    write("x.meta.yaml", "audience: legal\ntitle: Stem")
    write("x.md.meta.yaml", "title: Name")
    assert read(write("x.md", SECRET)).metadata == {"audience": "legal", "title": "Name"}


@pytest.mark.parametrize("name", ["_meta.yaml", "x.meta.yaml"])
def test_a_metadata_file_that_is_a_link_keeps_the_document_out(write: Write, name: str) -> None:
    path = write("d/x.md", SECRET)
    (path.parent / name).symlink_to(write("labels.yaml", "audience: legal"))
    assert why(path) == (
        "metadata unreadable",
        f"d/{name} cannot be read (symbolic link); put a plain file of at most 64 KB there, or remove it.",
    )


def test_a_metadata_file_that_is_a_folder_keeps_the_document_out(write: Write) -> None:
    path = write("d/x.md", SECRET)
    (path.parent / "_meta.yaml").mkdir()
    assert why(path) == (
        "metadata unreadable",
        "d/_meta.yaml cannot be read (not a regular file); put a plain file of at most 64 KB there, or remove it.",
    )


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (
            "audience: legal\n" + "# x\n" * MAX_METADATA,
            "d/_meta.yaml cannot be read (too large); put a plain file of at most 64 KB there, or remove it.",
        ),
        (b"audience: legal\x00\x01\x02\x03", "d/_meta.yaml is not text; save it as UTF-8."),
        ("audience legal", NO_MAPPING),
        ("- audience: legal", NO_MAPPING),
        ("a: &a legal\naudience: *a", NO_MAPPING),
        ("audience:", ONE_LABEL),
        ("audience: [a]", ONE_LABEL),
        ("audiences: legal", "d/_meta.yaml: It says `audiences`; write `audience`, or remove it."),
        ("Intended Audience: legal", "d/_meta.yaml: It says `intended audience`; write `audience`, or remove it."),
        (
            "meta: {audience: legal}",
            "d/_meta.yaml: Its `audience` stands below `meta`; write `audience` on a line of its own.",
        ),
    ],
)
def test_metadata_that_may_name_an_audience_and_cannot_be_read_keeps_the_document_out(
    write: Write, data: str | bytes, hint: str
) -> None:
    write("d/_meta.yaml", data)
    assert why(write("d/x.md", SECRET)) == ("metadata unreadable", hint)


def test_two_metadata_files_of_one_folder_keep_its_documents_out(write: Write) -> None:
    write("d/_meta.yaml", "publisher: Council")
    write("d/_meta.yml", "audience: legal")
    assert why(write("d/x.md", SECRET))[1] == "d/_meta.yaml and _meta.yml both hold for it; keep one of them."


@pytest.mark.parametrize(
    "name",
    [
        "d/_META.yaml", "d/_Meta.YML", "d/_meta.yaml.txt", "d/e/x.META.yaml", "d/e/X.meta.yaml",
        "d/e/x.md.meta.yaml.txt",
        "d/_meta (1).yaml", "d/_meta", "d/_meta.yalm", "d/_meta-legal.yaml", "d/_metadata.yaml", "d/meta.yaml",
        "d/.meta.yaml", "d/_meta.json", "d/e/x.meta (1).yaml", "d/e/x.md.metadata.yaml", "d/e/x-meta.yaml",
        "d/e/x.md.meta", "d/e/.x.meta.yaml", "d/e/x.yaml", "d/labels", "d/e/readers.cfg",
    ],
)  # fmt: skip
def test_a_file_that_states_an_audience_and_is_no_metadata_file_keeps_the_document_out(write: Write, name: str) -> None:
    path = write("d/e/x.md", SECRET)
    odd = write(name, "title: Tribunals\naudience: legal")
    assert why(path, next(p for p in path.parents if p.name == "docs")) == (
        "metadata unreadable",
        f"{odd.parent.name}/{odd.name} {NOT_NAMED}",
    )


@pytest.mark.parametrize(
    "data",
    [
        '{"title": "x", "audience": "legal"}',
        "[document]\naudience = 'legal'",
        "{title: x, Audiance: legal}",
        "- 'intended audience' : legal",
        "audience\uff1a legal",
        "\ufeffaudience: legal".encode("utf-16-le"),
    ],
)
def test_an_audience_is_found_in_whatever_notation_it_is_stated(write: Write, data: str | bytes) -> None:
    write("d/labels", data)
    assert why(path := write("d/x.md", SECRET), path.parent)[1] == f"d/labels {NOT_NAMED}"


def test_a_file_that_begins_with_the_name_of_a_document_keeps_that_one_out_alone(write: Write) -> None:
    named = write("d/s14.md", SECRET)
    write("d/s14-meta.yaml", "audience: legal")
    for name in ("d/s1.md", "d/s14b.md", "d/e/s14.md"):
        LookAlikes().check(write(name, SECRET), named.parents[1])
    assert why(named)[1] == f"d/s14-meta.yaml {NOT_NAMED}"


def test_a_document_called_meta_does_not_take_the_label_of_its_folder_for_its_own(write: Write) -> None:
    write("d/meta.md", SECRET)
    write("d/meta.yaml", "audience: legal")
    assert why(write("d/x.md", SECRET))[1] == f"d/meta.yaml {NOT_NAMED}"


def test_data_without_an_audience_keeps_nothing_out(write: Write) -> None:
    write("d/_meta.json", '{"title": "x"}')
    write("d/prices.yaml", "oil: 3\nwick: 1")
    write("d/scan.bin", b"audience: \x00\x01\x02\x03")
    write("d/large.json", '{"audience": "legal"}' + " " * MAX_METADATA)
    write("d/table.xlsx", "PK")
    write("d/table.xlsx.meta.yaml", "audience: legal")
    LookAlikes().check(write("d/x.md", SECRET))


def test_above_the_named_folder_only_files_called_meta_count(write: Write) -> None:
    path = write("home/docs/x.md", SECRET)
    write("home/settings.ini", "audience = api")
    LookAlikes().check(path, path.parent)
    write("home/_meta (1).yaml", "audience: legal")
    assert why(path)[1] == f"home/_meta (1).yaml {NOT_NAMED}"


def test_a_file_named_almost_like_metadata_keeps_the_document_out_when_it_cannot_be_read(write: Write) -> None:
    path = write("d/x.md", SECRET)
    (path.parent / "_META.yaml").symlink_to(write("labels.yaml", "audience: legal"))
    assert why(path)[1] == (
        "d/_META.yaml is named almost like a metadata file: name it `_meta.yaml` or `NAME.meta.yaml`, or remove it."
    )


def test_two_metadata_files_of_one_document_that_give_it_different_audiences_keep_it_out(write: Write) -> None:
    write("d/x.md.meta.yaml", "audience: legal")
    write("d/x.meta.yaml", "audience: board")
    path = write("d/x.md", SECRET)
    assert why(path)[1] == "d/x.meta.yaml and x.md.meta.yaml both hold for it; keep one of them."
    write("d/x.meta.yaml", "audience: legal")
    assert audience(path) == "legal"


def test_what_an_editor_leaves_beside_the_right_file_is_passed_over(write: Write) -> None:
    write("_meta.yaml.bak", "audience: board")
    write("_meta.yaml", "audience: legal")
    LookAlikes().check(write("x.md", SECRET))


def test_files_that_differ_in_case_alone_have_metadata_of_their_own(write: Write) -> None:
    for name in ("x", "X"):
        write(f"{name}.meta.yaml", f"audience: {name}-cell")
    for path, name in [(write(f"{name}.md", SECRET), name) for name in ("x", "X")]:
        LookAlikes().check(path)
        assert audience(path) == f"{name}-cell"


@pytest.mark.parametrize(
    "text",
    [
        "+++\naudience = \"legal\"\n+++\n\n",
        "{\n\"audience\": \"legal\"\n}\n\n",
        "----\naudience: legal\n----\n\n",
        "Title: Tribunals\nAudience: legal\n\n",
        "---\n- audience: legal\n---\n\n",
        "---\ntitle: x\nmeta:\n  audiences: [legal]\n---\n\n",
    ],
)  # fmt: skip
def test_an_audience_at_the_top_that_is_no_front_matter_keeps_the_text_out(write: Write, text: str) -> None:
    assert why(write("x.md", text + SECRET))[0] == "metadata unreadable"


def test_front_matter_may_stand_below_blank_lines(write: Write) -> None:
    assert audience(write("x.md", f"\n\n---\naudience: legal\n---\n\n{SECRET}")) == "legal"


def test_an_audience_in_front_of_a_page_keeps_it_out(write: Write) -> None:
    assert why(write("x.html", f"---\naudience: legal\n---\n<p>{SECRET}</p>")) == (
        "metadata unreadable",
        "It names an audience before its markup, where it is not read; put it into NAME.meta.yaml beside the file.",
    )


def test_a_text_that_speaks_of_its_audience_is_a_text(write: Write) -> None:
    assert audience(write("x.md", "# Aims\n\nAudience: commanders and their staff.\n\nRead it twice.")) is None
    assert audience(write("y.md", "Audience matters: speak to it.")) is None


def test_a_new_label_of_a_folder_hides_what_was_for_everybody(library: Library, write: Write) -> None:
    root = write("secret/2024/x.txt", SECRET).parents[2]
    library.ingest(root)
    assert library.shown("tribunal") == ["secret/2024/x.txt"]
    write("secret/_meta.yaml", "audience: legal")

    assert library.ingest(root).changed == 1
    assert library.shown("tribunal") == []


@pytest.mark.parametrize(
    ("name", "data"),
    [("secret/_meta.yaml", "audience: [a, b]"), ("secret/_META.yaml", "audience: legal"), ("secret/_meta.yml/x", "")],
)
def test_no_version_read_before_is_shown_once_its_metadata_cannot_be_read(
    library: Library, write: Write, name: str, data: str
) -> None:
    root = write("secret/x.txt", SECRET).parents[1]
    for number in range(5):
        write(f"secret/{number}.txt", f"Rule {number} is for the winter.")
    library.ingest(root)
    odd = write(name, data)
    report = library.ingest(root)

    assert library.shown("tribunal winter rule") == []
    assert [line.hint.endswith(UNTIL_THEN) for line in report.rejected if line.path == "secret/x.txt"] == [True]
    (odd.parent if odd.name == "x" else odd).rename(root.parent / "elsewhere")
    library.ingest(root)
    assert library.shown("tribunal") == ["secret/x.txt"]


def test_a_file_that_can_no_longer_be_read_is_not_shown_to_readers_it_no_longer_has(
    library: Library, write: Write
) -> None:
    root = write("secret/x.txt", SECRET).parents[1]
    library.ingest(root)
    write("secret/x.txt", b"\x7fELF" + bytes(2000))
    write("secret/_meta.yaml", "audience: legal")
    [rejected] = library.ingest(root).rejected

    assert library.shown("tribunal") == []
    assert rejected.hint.endswith(UNTIL_THEN)


def test_a_decision_outlives_the_time_in_which_nobody_is_shown_the_document(library: Library, write: Write) -> None:
    root = write("x.txt", SECRET).parent
    library.ingest(root)
    library.corpus.withdraw(library.corpus.sources()[0].source.source_id)
    odd = write("_META.yaml", "audience: legal")
    library.ingest(root)
    odd.unlink()
    library.ingest(root)

    assert [summary.state for summary in library.corpus.sources()] == ["withdrawn"]


def test_of_two_copies_the_labelled_one_is_hidden_and_the_other_is_found(library: Library, write: Write) -> None:
    text = f"{SECRET} It hears whoever has lost a boat, and nobody else may speak there before the bell has rung."
    root = write("a.txt", text).parent
    write("secret/a.txt", text)
    write("secret/_meta.yaml", "audience: legal")
    library.ingest(root)

    assert library.shown("tribunal") == ["a.txt"]
    (root / "a.txt").rename(root / "secret" / "b.txt")
    library.ingest(root)
    assert library.shown("tribunal") == []


def test_a_document_that_moves_out_of_a_labelled_folder_is_for_everybody_again(library: Library, write: Write) -> None:
    root = write("secret/a.txt", SECRET).parents[1]
    write("secret/_meta.yaml", "audience: legal")
    library.ingest(root)
    (root / "secret" / "a.txt").rename(root / "a.txt")
    report = library.ingest(root, yes=True)

    assert library.shown("tribunal") == ["a.txt"]
    assert report.to_json()["warnings"] == ["1 document is now open to everybody: a.txt"]
    assert library.ingest(root).warnings == ()


def test_metadata_without_its_document_is_reported(library: Library, write: Write) -> None:
    root = write("report-2024.txt", SECRET).parent
    write("report.meta.yaml", "title: Report")
    [rejected] = library.ingest(root).rejected

    assert (rejected.path, rejected.reason, rejected.hint) == (
        "report.meta.yaml",
        "no such document",
        "No document of this name lies beside it; rename or remove it.",
    )


def test_a_label_whose_document_was_renamed_keeps_its_folder_out(library: Library, write: Write) -> None:
    root = write("report.txt", SECRET).parent
    write("report.meta.yaml", "audience: legal")
    library.ingest(root)
    (root / "report.txt").rename(root / "report-2024.txt")
    report = library.ingest(root, yes=True)

    assert library.shown("tribunal") == []
    assert [line.hint for line in report.rejected if line.path == "report-2024.txt"] == [
        "docs/report.meta.yaml states an audience but no document of its name lies beside it: "
        "name it after its document, or remove it."
    ]


def test_documents_whose_label_was_removed_are_counted_and_five_are_named(
    library: Library, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    label = write("_meta.yaml", "audience: legal")
    for number in range(7):
        write(f"{number}.txt", f"Rule {number} is for the winter.")
    assert library.ingest(label.parent).warnings == ()
    label.unlink()
    tell_files(library.ingest(label.parent))

    assert capsys.readouterr().out == (
        "7 documents are now open to everybody: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more\n"
    )


def page(head: str) -> str:
    return f"<html><head><title>Courts</title>{head}</head><body><p>{SECRET}</p></body></html>"


def test_the_audience_that_a_page_or_a_mail_states_is_its_label(write: Write) -> None:
    assert audience(write("x.html", page('<META NAME="Audience" content=" legal ">'))) == "legal"
    assert audience(write("x.eml", f"From: a@example.org\nAudience: legal\n\n{SECRET}")) == "legal"
    assert audience(write("y.html", page('<meta name="dcterms.audience" content="all staff">'))) is None


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("x.html", page('<meta name="audience" content="">'), ONE_AUDIENCE),
        ("x.html", page('<meta name="audience" content="a"><meta name="audience" content="b">'), ONE_AUDIENCE),
        ("x.html", page('<meta name="audiance" content="a">'), "It says `audiance`; write `audience`, or remove it."),
        ("x.eml", f"From: a@example.org\nAudience:\n\n{SECRET}", ONE_AUDIENCE),
        ("x.eml", f"From: a@example.org\nAudience: a\nAudience: b\n\n{SECRET}", ONE_AUDIENCE),
        (
            "x.eml",
            f"From: a@example.org\nAudiences: a\n\n{SECRET}",
            "It says `audiences`; write `audience`, or remove it.",
        ),
    ],
)
def test_a_page_or_a_mail_whose_audience_cannot_be_read_is_kept_out(
    write: Write, name: str, text: str, hint: str
) -> None:
    assert why(write(name, text)) == ("metadata unreadable", hint)


@pytest.mark.parametrize("name", ["x.md", "x.txt"])
@pytest.mark.parametrize("line", ["audience: legal", "**Audience:** legal", "**Audience**: legal"])
def test_an_audience_at_the_top_of_a_text_that_is_no_label_is_said_in_the_report(
    library: Library, write: Write, name: str, line: str
) -> None:
    path = write(name, f"# Tribunals\n\n{line}\n\n{SECRET}")
    assert library.ingest(path).to_json()["notes"] == [
        {
            "path": name,
            "note": "a line at its top names an audience and is not read as a label; put `audience: LABEL` between two "
            "lines of --- at the top, or into NAME.meta.yaml beside the file",
        }
    ]
    assert read(write(f"e/{name}", f"---\naudience: legal\n---\n\n{line}\n\n{SECRET}")).warnings == ()
    assert read(write(f"f/{name}", f"1\n\n2\n\n3\n\n4\n\n5\n\n{line}\n\n{SECRET}")).warnings == ()
