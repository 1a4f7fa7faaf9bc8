"""vCards: versions, foldings, preferences, and broken cards among good ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.contact_files import ContactFile, read_contacts

Reader = Callable[[str | bytes], ContactFile]
ENDING = ".vcf"
GOOD = "BEGIN:VCARD\nVERSION:3.0\nFN:Good\nEMAIL:good@acme.example\nEND:VCARD\n"


def card(*lines: str) -> str:
    return "\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""])


def problems(contents: ContactFile) -> list[str]:
    return [str(problem) for problem in contents.problems]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["EMAIL:a@x.example", "EMAIL;TYPE=PREF:b@x.example"], ["b@x.example", "a@x.example"]),
        (["EMAIL:a@x.example", "EMAIL;type=INTERNET;type=pref:b@x.example"], ["b@x.example", "a@x.example"]),
        (["EMAIL:a@x.example", "EMAIL;TYPE=internet,pref:b@x.example"], ["b@x.example", "a@x.example"]),
        (["EMAIL:a@x.example", 'EMAIL;TYPE="home,pref":b@x.example'], ["b@x.example", "a@x.example"]),
        (["EMAIL:a@x.example", "EMAIL;INTERNET;PREF:b@x.example"], ["b@x.example", "a@x.example"]),
        (["EMAIL;PREF=50:a@x.example", "EMAIL;PREF=1:b@x.example"], ["b@x.example", "a@x.example"]),
        (["EMAIL:a@x.example", "EMAIL;PREF=100:b@x.example"], ["b@x.example", "a@x.example"]),
        (["EMAIL:a@x.example", "EMAIL:A@X.example", "EMAIL:b@x.example"], ["a@x.example", "b@x.example"]),
        (["item1.EMAIL;type=INTERNET:a@x.example"], ["a@x.example"]),
        (["email:a@x.example"], ["a@x.example"]),
        (["EMAIL;VALUE=uri:MAILTO:a%2Bb@x.example"], ["a+b@x.example"]),
        (["EMAIL:", "EMAIL:a@x.example"], ["a@x.example"]),
        (["EMAIL;PREF=99999999999999999999:a@x.example", "EMAIL;PREF=no:b@x.example"], ["a@x.example", "b@x.example"]),
        (["EMAIL:a@", " x.exa", "\tmple"], ["a@x.example"]),
        (["EMAIL;X-A=b=c=d:a@x.example"], ["a@x.example"]),
    ],
)
def test_addresses_with_the_preferred_one_first(read: Reader, lines: list[str], expected: list[str]) -> None:
    contents = read(card("FN:Ana", *lines))
    assert contents.entries[0].emails == expected
    assert contents.problems == []


@pytest.mark.parametrize(
    ("lines", "name", "company"),
    [
        (["FN:Ana Kim", "N:No;No"], "Ana Kim", ""),
        (["FN:Kim, Ana"], "Kim, Ana", ""),
        (["FN:Kim, Ana\\; MD"], "Kim, Ana; MD", ""),
        (["FN:Kim\\, Ana\\; MD"], "Kim, Ana; MD", ""),
        (["FN: ", "N:Kim;Ana;Bea,Cleo;Dr.;MD"], "Ana Bea Cleo Kim", ""),
        (["N:Kim"], "Kim", ""),
        (["FN:", "N:;;;;", "ORG:Acme;Sales"], "Acme", "Acme"),
        (["FN:Ana", "ORG:Acme\\, Inc.\\; Ltd;Sales"], "Ana", "Acme, Inc.; Ltd"),
        (["FN:Ana", "ORG:Acme, Inc."], "Ana", "Acme, Inc."),
        ([], "a@x.example", ""),
        (["FN:trailing\\"], "trailing", ""),
        (["FN:two\\nlines"], "two lines", ""),
        (["FN;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=00"], "Jörg", ""),
        (["FN;Encoding=Quoted-Printable;Charset=iso-8859-1:J=F6rg"], "Jörg", ""),
        (["FN;QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=B6=", "rg=20=", "Kim"], "Jörg Kim", ""),
        (["FN;ENCODING=QUOTED-PRINT;ENCODING=QUOTED-PRINTABLE:=41", "N:Kim;Ana"], "Ana Kim", ""),
    ],
)
def test_names_and_companies(read: Reader, lines: list[str], name: str, company: str) -> None:
    [entry] = read(card(*lines, "EMAIL:a@x.example")).entries
    assert (entry.name, entry.company) == (name, company)


@pytest.mark.parametrize(
    "data",
    [
        card("FN:Jörg", "EMAIL:a@x.example").encode(),
        card("FN:Jörg", "EMAIL:a@x.example").encode("utf-8-sig"),
        card("FN:Jörg", "EMAIL:a@x.example").encode("utf-16"),
        card("FN:Jörg", "EMAIL:a@x.example").encode("cp1252"),
        card("FN;CHARSET=cp437:Jörg", "EMAIL:a@x.example").encode("cp437"),
        card("FN;CHARSET=nonsense:Jörg", "EMAIL:a@x.example").encode(),
        card("FN:Jörg", "EMAIL:a@x.example").replace("\n", "\r").encode(),
        card("FN:Jörg", "EMAIL:a@x.example").replace("\n", "\r\n").encode(),
        card("FN:J\N{LATIN SMALL LETTER O WITH DIAERESIS}rg", "EMAIL:a@x.example")
        .encode()
        .replace(b"\xb6", b"\n \xb6"),
    ],
)
def test_encodings_and_line_ends(read: Reader, data: bytes) -> None:
    [entry] = read(data).entries
    assert (entry.name, entry.emails) == ("Jörg", ["a@x.example"])


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("BEGIN:VCARD\nFN:x\nEMAIL:x@x.example\n", ["line 6: the vCard has no END:VCARD and was skipped"]),
        ("END:VCARD\n", ["line 6: END:VCARD without BEGIN:VCARD"]),
        ("junk\nmore junk\n", ["line 6: text outside a vCard is not read"]),
        (card("FN:x"), []),
        (card("FN:x", "EMAIL:x at y"), ["line 9: 'x at y' is no e-mail address"]),
        (card("EMAIL;;;=:x@x.example"), ["line 8: EMAIL cannot be read"]),
        (card("EMAIL;A" + "=" * 200), ["line 8: EMAIL cannot be read"]),
        (card("FN:" + "x" * 10_000, "EMAIL:x@"),
         ["line 8: FN of over 10,000 characters", "line 9: 'x@' is no e-mail address"]),
        (card("EMAIL;A" + "=" * 200 + '"', "EMAIL;A:" + "x" * 10_000), None),
        (card("FN;CHARSET=zlib;QUOTED-PRINTABLE:=E4", "EMAIL:x@"), None),
        (card("NOTE;QUOTED-PRINTABLE:soft break at the end="), []),
        ("BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nEMAIL:agent@x.example\n",
         ["line 6: the vCard has no END:VCARD and was skipped"]),
        ("BEGIN:VCARD\nPHOTO:" + "A" * 100_000 + "\nEND:VCARD\n", []),
    ],
)  # fmt: skip
def test_a_broken_card_leaves_its_siblings_alone(read: Reader, broken: str, said: list[str] | None) -> None:
    contents = read(GOOD + broken + GOOD)
    assert [entry.name for entry in contents.entries] == ["Good", "Good"]
    assert contents.entries[1].line == 6 + broken.count("\n")
    assert contents.problems or contents.without_email == 1
    if said is not None:
        assert problems(contents) == said


def test_a_group_is_no_contact_and_no_problem(read: Reader) -> None:
    assert read(card("KIND:Group", "FN:Team", "EMAIL:team@x.example")) == ContactFile()
    assert read(card("X-ADDRESSBOOKSERVER-KIND:group", "FN:Team")) == ContactFile()


def test_an_uid_is_the_key(read: Reader) -> None:
    assert read(card("UID:urn:uuid:1", "EMAIL:a@x.example")).entries[0].key == "urn:uuid:1"


def test_a_charset_cannot_smuggle_what_utf8_cannot_hold(read: Reader) -> None:
    contents = read(card("FN;CHARSET=unicode_escape:a\\ud800b", "EMAIL;CHARSET=unicode_escape:c\\ud800@x.example"))
    assert contents.entries[0].name == "a?b"
    contents.entries[0].emails[0].encode()


def test_cards_are_known_by_their_content_whatever_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "contacts.txt"
    path.write_text(f"\n{GOOD}")
    assert read_contacts(path).entries[0].line == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.lists(
        st.text(alphabet='AEMILFNTYP;:=,"\\. \tx@\ré\0', max_size=40).map(lambda text: f"EMAIL{text}")
        | st.sampled_from(["AGENT:", "BEGIN:VCARD", "END:VCARD", "FN;QUOTED-PRINTABLE:=ZZ=", " folded", ""]),
        max_size=12,
    )
)
def test_no_card_is_too_strange(read: Reader, lines: list[str]) -> None:
    contents = read(GOOD + card(*lines) + "BEGIN:VCARD\nEND:VCARD\n" + GOOD)
    assert contents.entries[0].name == contents.entries[-1].name == "Good"
    assert len(contents.entries) >= 2


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCARD\nFN:A\nEMAIL:a@x.example\nEND:VCARDBEGIN:VCARD\nFN:B\nEMAIL:b@x.example\nEND:VCARD\n",
        "BEGIN:VCARD\nFN:A\nEMAIL:a@x.example\nEND:VCARD begin:vcardVERSION:4.0\nFN:B\nEMAIL:b@x.example\nEND:VCARD",
        "BEGIN:VCARDFN:A\nEMAIL:a@x.exampleEND:VCARD\nBEGIN:VCARD\nFN:B\nEMAIL:b@x.exampleEND:VCARD",
        "BEGIN:VCARD\rFN:A\rEMAIL:a@x.example\rEND:VCARDBEGIN:VCARD\rFN:B\rEMAIL:b@x.example\rEND:VCARD\r",
        "BEGIN:VCARD\nFN:A\nEMAIL:a@x.exampleEND:VCARDBEGIN:VCARDFN:B\nEMAIL:b@x.example\nEND:VCARD\n",
        "\ufeffBEGIN:VCARD\nFN:A\nEMAIL:a@x.example\nEND:VCARD\n\ufeffBEGIN:VCARD\nFN:B\nEMAIL:b@x.example\nEND:VCARD\n",
    ],
)
def test_cards_that_ran_together_are_of_two_people(read: Reader, text: str) -> None:
    contents = read(text)
    assert [(entry.name, entry.emails) for entry in contents.entries] == [
        ("A", ["a@x.example"]),
        ("B", ["b@x.example"]),
    ]
    assert problems(contents) == []


def test_words_in_a_note_end_no_card(read: Reader) -> None:
    contents = read(card("FN:A", "NOTE:it ends with END:VCARD", r"NOTE:so\nEND:VCARD", "EMAIL:a@x.example"))
    assert [(entry.name, entry.emails) for entry in contents.entries] == [("A", ["a@x.example"])]
