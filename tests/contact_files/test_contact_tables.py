"""Tables of contacts: encodings, delimiters, columns, and rows that are wrong in one way each."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activity.contact import ContactEntry
from activity.errors import UsageError
from capture.contact_files import ContactFile

Reader = Callable[[str | bytes], ContactFile]
ENDING = ".csv"


def problems(contents: ContactFile) -> list[str]:
    return [str(problem) for problem in contents.problems]


TABLE = "name,email,company\r\nJörg Größe,joerg@acme.example,Bäcker €\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.encode("cp1252"),
        TABLE.replace("\r\n", "\n").encode(),
        TABLE.replace("\r\n", "\r").encode(),
        TABLE.rstrip().encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode("utf-16"),
        ("sep=;\r\n" + TABLE.replace(",", ";")).encode(),
        ("\r\n\r\n" + TABLE).encode(),
        TABLE.encode().replace(b"acme", b"a\0cme"),
    ],
)
def test_encodings_and_delimiters(read: Reader, data: bytes) -> None:
    contents = read(data)
    [entry] = contents.entries
    assert (entry.name, entry.emails, entry.company) == ("Jörg Größe", ["joerg@acme.example"], "Bäcker €")
    assert contents.problems == []


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("email\r\ra@b.example\rbad\r", 4),
        ("email\r\n\r\na@b.example\r\nbad", 4),
        ("sep=;\nemail\na@b.example\nbad\n", 4),
        ("\n\nemail\na@b.example\nbad\n", 5),
        ('"email\n","na\nme"\na@b.example,x\nbad,y\n', 5),
    ],
)
def test_lines_are_counted_as_an_editor_counts_them(read: Reader, data: str, line: int) -> None:
    contents = read(data)
    assert [entry.line for entry in contents.entries] == [line - 1]
    assert [problem.line for problem in contents.problems] == [line]


def test_one_foreign_line_leaves_the_others_alone(read: Reader) -> None:
    contents = read("name,email\nJörg,a@b.example\n".encode() + "Änne,c@d.example\n".encode("cp1252"))
    assert [entry.name for entry in contents.entries] == ["Jörg", "Änne"]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("E-Mail", "a@b.example", "a@b.example"),
        (" EMAIL ADDRESS ", "a@b.example", "a@b.example"),
        ("Name,E-mail", "Ana Kim,a@b.example", "Ana Kim"),
        ("first_name,last_name,email", "Ana,Kim,a@b.example", "Ana Kim"),
        ("Vorname,Name,E-Mail", "Ana,Kim,a@b.example", "Ana Kim"),
        ("First Name,Name,Email", "Ana,Ana Kim,a@b.example", "Ana Kim"),
        ("Name,Given Name,Family Name,Email", ",Ana,Kim,a@b.example", "Ana Kim"),
        ("Prénom,Nom,Adresse e-mail", "Ana,Kim,a@b.example", "Ana Kim"),
        ("Pre\u0301nom,Nom,Adresse de messagerie", "Ana,Kim,a@b.example", "Ana Kim"),
        ("name,email", '"Ana\nKim ",a@b.example', "Ana Kim"),
    ],
)
def test_names(read: Reader, header: str, row: str, expected: str) -> None:
    [entry] = read(f"{header}\n{row}\n").entries
    assert (entry.name, entry.emails) == (expected, ["a@b.example"])


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("email", "a@x.example;b@x.example", ["a@x.example", "b@x.example"]),
        ("email", '"a@x.example, b@x.example"', ["a@x.example", "b@x.example"]),
        ("email", "a@x.example ::: b@x.example", ["a@x.example", "b@x.example"]),
        ("email", '"a@x.example\nb@x.example"', ["a@x.example", "b@x.example"]),
        ("email", "A@X.example; a@x.example", ["a@x.example"]),
        ("email", '"Kim, Ana <a@x.example>; ""B"" <b@x.example>"', ["a@x.example", "b@x.example"]),
        ("email", "mailto:a@x.example", ["a@x.example"]),
        ("email_3,email,email_2", "c@x.example,a@x.example,b@x.example", ["a@x.example", "b@x.example", "c@x.example"]),
        ("Other Email,Work Email,Email", "c@x.example,b@x.example,a@x.example",
         ["b@x.example", "a@x.example", "c@x.example"]),
        ("Additional email addresses,Email", "b@x.example;c@x.example,a@x.example",
         ["a@x.example", "b@x.example", "c@x.example"]),
        ("E-mail 2 Address,E-mail Address", "b@x.example,a@x.example", ["a@x.example", "b@x.example"]),
        ("E-Mail 2: Adresse,E-Mail-Adresse", "b@x.example,a@x.example", ["a@x.example", "b@x.example"]),
        ("email,Email Opt Out,E-mail 1 - Type,Email Domain", "a@x.example,1,* Work,x.example", ["a@x.example"]),
    ],
)  # fmt: skip
def test_addresses_with_the_main_one_first(read: Reader, header: str, row: str, expected: list[str]) -> None:
    contents = read(f"{header}\n{row}\n")
    assert contents.entries[0].emails == expected
    assert contents.problems == []


def test_every_bad_row_is_named_with_its_line_and_the_rest_is_read(read: Reader) -> None:
    contents = read(
        "name,email,company,domain\n"
        "Ana,ana@acme.example,Acme,\n"
        '"Two\nLines",two@acme.example,"A\r\nB",\n'  # 3 and 4 and 5
        "Bad,not-an-address,,\n"  # 6
        "Nobody,,Acme,acme.example\n"  # 7
        ",,Acme,\n"  # 8
        ",,,acme.example\n"  # 9
        "\n"
        ",,,\n"
        "Mixed,good@acme.example; bad,,\n"  # 12
        "Kim, Bo,bo@acme.example,Acme,\n"  # 13: an unquoted comma
        "Trailing,t@acme.example,,,,,\n"
        f"{'x' * 10_001},long@acme.example,,\n"  # 15
        "\x1b[31mRed\u202e,\x1b]0;x@y z,,\n"  # 16
        "Last,last@acme.example,,acme example\n"  # 17
        ",bad@,Acme,acme.example\n"  # 18
    )
    assert [(entry.emails, entry.line) for entry in contents.entries] == [
        (["ana@acme.example"], 2),
        (["two@acme.example"], 3),
        (["good@acme.example"], 12),
        (["t@acme.example"], 14),
        (["last@acme.example"], 17),
    ]
    assert contents.entries[1].company == "A B"
    assert problems(contents) == [
        "line 6: 'not-an-address' is no e-mail address",
        "line 12: 'bad' is no e-mail address",
        "line 13: 'Bo' is no e-mail address",
        "line 13: 'Acme' is no domain",
        "line 15: a cell of over 10,000 characters",
        "line 16: '\ufffd]0' is no e-mail address",
        "line 16: 'x@y z' is no e-mail address",
        "line 17: 'acme example' is no domain",
        "line 18: 'bad@' is no e-mail address",
    ]
    assert contents.without_email == 3


def test_cells_beyond_the_header_are_said(read: Reader) -> None:
    assert problems(read("email,company\na@b.example,Acme, Inc.\n")) == [
        "line 2: 3 cells under 2 columns; is a delimiter not quoted?"
    ]


def test_a_long_cell_that_is_not_read_does_not_matter(read: Reader) -> None:
    contents = read(f"email,notes\na@b.example,{'x' * 20_000}\n")
    assert len(contents.entries) == 1
    assert contents.problems == []


@pytest.mark.parametrize("follower", ["Cy,cy@acme.example", '"Cy",cy@acme.example', '"Cy","cy@acme.example"'])
def test_an_open_quotation_mark_swallows_no_other_row(read: Reader, follower: str) -> None:
    contents = read(f'name,email\n"Bo,bo@acme.example\n{follower}\nDi,di@acme.example\n')
    assert [entry.line for entry in contents.entries] == [3, 4]
    assert problems(contents) == ["line 2: a quotation mark is out of place or never closed"]


def test_an_open_quotation_mark_before_a_large_rest(read: Reader) -> None:
    contents = read('name,email\n"Bo,bo@acme.example\n' + "Cy,cy@acme.example\n" * 20_000)
    assert len(contents.entries) == 20_000
    assert [problem.line for problem in contents.problems] == [2]


def test_nothing_but_open_quotation_marks_ends_soon(read: Reader) -> None:
    contents = read("name,email\n" + '"Bo,bo@acme.example\n' * 50_000)
    assert contents.entries == []
    assert len(contents.problems) == 101
    assert "nothing was read from here on" in contents.problems[-1].message


def test_a_quotation_mark_within_one_line_is_text(read: Reader) -> None:
    contents = read('name,company,email\nBo,"Acme "The Best" Ltd",bo@acme.example\n5" pipe,,x@acme.example\n')
    assert [(entry.name, entry.company) for entry in contents.entries] == [
        ("Bo", 'Acme The Best" Ltd"'),
        ('5" pipe', ""),
    ]


def test_an_endless_line_is_a_problem_and_the_rest_is_read(read: Reader) -> None:
    contents = read("email,name\n" + "x," * 600_000 + "\na@b.example,Ana\n")
    assert [entry.line for entry in contents.entries] == [3]
    assert problems(contents) == ["line 2: a line of over 1,000,000 bytes is not read"]


def test_companies_alone_make_a_file(read: Reader) -> None:
    contents = read("company,domain,owner\nAcme,https://www.Acme.example/en,Ana\nNo Domain,,\n")
    [entry] = contents.entries
    assert (entry.name, entry.emails, entry.company, entry.domain) == ("", [], "Acme", "acme.example")
    assert (problems(contents), contents.without_email) == ([], 1)


@pytest.mark.parametrize(
    ("cell", "domain"),
    [("acme.example", "acme.example"), ("@Acme.example", "acme.example"), ("http://acme.example", "acme.example"),
     ("bücher.example", "xn--bcher-kva.example"), ("acme.example.", "acme.example")],
)  # fmt: skip
def test_domains(read: Reader, cell: str, domain: str) -> None:
    assert read(f"email,domain\na@b.example,{cell}\n").entries[0].domain == domain


def test_ids_that_count_from_one_carry_their_system(read: Reader) -> None:
    keys = [
        read(f"{column},email\n1,a@b.example\n").entries[0].key
        for column in ("id", "Record ID", "Record ID - Contact", "Person - ID", "Contact ID")
    ]
    assert keys == ["1", "hubspot:1", "hubspot:1", "pipedrive:1", "1"]


@pytest.mark.parametrize(
    ("content", "said", "hint"),
    [
        ("Phone,Street\n1,2\n", "'Phone', 'Street'", 'Name a column "email"'),
        ("company\nAcme\n", "'company'", 'Name a column "email"'),
        ("ana@acme.example,Ana\nbo@acme.example,Bo\n", "'ana@acme.example'", "The first line must name the columns"),
        ("\x1b[2J,x\n", "'\ufffd[2J'", 'Name a column "email"'),
        (",,\n", "none", 'Name a column "email"'),
        (",".join(f"c{n}" for n in range(50)) + "\n", "and 30 more", 'Name a column "email"'),
    ],
)
def test_no_address_column_names_those_found(read: Reader, content: str, said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(content)
    assert "contacts.csv: There is no column with e-mail addresses" in caught.value.message
    assert said in caught.value.message
    assert hint in caught.value.hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(alphabet="ab@.,;\"'\n\r\t<>:= \0é", max_size=80))
def test_no_table_is_too_strange(read: Reader, body: str) -> None:
    contents = read(f"name,email,company\n{body}\n\nAna,ana@acme.example,Acme\n")
    last = contents.entries[-1] if contents.entries else None
    assert last is not None
    assert last.emails == ["ana@acme.example"]
    for entry in contents.entries:
        assert entry.emails
        assert all(email.count("@") == 1 and "\0" not in email for email in entry.emails)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(read: Reader, body: bytes) -> None:
    contents = read(b"name,email\n" + body + b"\nAna,ana@acme.example\n")
    assert contents.entries[-1].emails == ["ana@acme.example"]


NOTE = (
    "Notes:\n"
    '"Some connections are listed without an email address, as they chose not to share it, or have none; ""why"" is'
    ' told in the help, and so is what ""email"" means"\n'
    "\n"
)


@pytest.mark.parametrize("note", [NOTE, "Connections of Ana\n", "a@b.example,company\n"])
def test_prose_above_the_columns_is_passed_over(read: Reader, note: str) -> None:
    """As in LinkedIn's export of connections, where most have no address."""
    contents = read(
        note
        + "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        + "Nia,Okafor,https://www.linkedin.example/in/nia,nia@harbour.example,Harbour & Co,Head of Tides,12 Mar 2026\n"
        + "Olu,Brandt,https://www.linkedin.example/in/olu,,Lighthouse,Keeper,03 Feb 2026\n"
    )
    line = note.count("\n") + 2
    assert contents.entries == [ContactEntry("Nia Okafor", ["nia@harbour.example"], "Harbour & Co", line=line)]
    assert (problems(contents), contents.without_email) == ([], 1)


def test_columns_are_not_looked_for_among_the_rows(read: Reader) -> None:
    with pytest.raises(UsageError, match="no column with e-mail addresses"):
        read("name,phone,prefers\n" + "Ana,1,email\n" * 3)
    assert [entry.line for entry in read("email,company\n\nname,email\nann@a.example,A\n").entries] == [4]
