"""What is a colleague's alone is told apart from what does not exist by no command: words,
companies, collisions."""

from __future__ import annotations

import pytest
from colleagues import Colleagues

from household import utc_ago

LEX, ZED = "lex@quilt.example", "zed@other.example"
ANA, BEN = "ana@acme.example", "ben@acme.example"
LISTS = (
    ("companies", "list"), ("last", "--company"), ("last",), ("stale",), ("contacts", "list"), ("today",),
    ("unmatched",), ("export",), ("contacts", "export"), ("upcoming",), ("contacts", "suggest"), ("awaiting",),
)  # fmt: skip


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Ana has a contact of her own, with a company; Ben has mail with nobody of them."""
    colleagues.receive("ana", LEX, ANA, 5, message_id="l1@quilt.example", subject="The lease")
    colleagues.receive("ana", ANA, LEX, 4, message_id="a1@acme.example", subject="Re: The lease")
    colleagues.sync()
    colleagues.ok("ana", "contacts", "add", "Lexa Morn", LEX, "--company", "Quiltlaw", "--owner", "ana")
    colleagues.ok("ana", "contacts", "edit", LEX, "--tag", "divorce")
    return colleagues


def _everything(here: Colleagues, who: str) -> str:
    outcomes = [here.run(who, *words, *how) for words in LISTS for how in ([], ["--json"])]
    return "".join(f"{one.out}{one.err}" for one in outcomes)


def test_a_company_of_ones_own_contact_is_nobody_elses_to_see(here: Colleagues) -> None:
    assert "Quiltlaw" in _everything(here, "ana")
    for who in ("ben", "cleo"):
        said = _everything(here, who).casefold()
        for word in ("quilt", "lexa", "divorce"):
            assert word not in said, (who, word)
    for hidden, absent in (("Quiltlaw", "Hiltpaw"), ("quiltlaw", "hiltpaw"), ("quilt.example", "spilt.example")):
        for words in (("last",), ("why",), ("log",), ("cadence",), ("sharing", "private"), ("last", "--company")):
            real, nobody = here.run("ben", *words, hidden), here.run("ben", *words, absent)
            assert (real.code, real.out, real.err) == (nobody.code, nobody.out, nobody.err.replace(absent, hidden)), (
                words
            )


def test_who_names_a_hidden_company_gets_one_of_their_own(here: Colleagues) -> None:
    here.ok("ben", "contacts", "add", "Zed Ray", ZED, "--company", "Quiltlaw")
    (company,) = here.ok("ben", "companies", "list")
    assert (company["name"], company["domains"], company["contacts"]) == ("Quiltlaw", ["other.example"], 1)
    (company,) = here.ok("ana", "companies", "list")
    assert (company["domains"], company["contacts"]) == (["quilt.example"], 1)


def test_the_list_takes_a_name_and_a_domain_as_if_nobody_had_them(here: Colleagues) -> None:
    real = here.run("cleo", "companies", "add", "Quiltlaw", "quilt.example")
    absent = here.run("cleo", "companies", "add", "Hiltpaw", "spilt.example")
    assert real.code == 0
    assert real.out == absent.out.replace("Hiltpaw", "Quiltlaw").replace("spilt", "quilt")
    shown = {one["name"]: (one["contacts"], one["last_touch"]) for one in here.ok("cleo", "companies", "list")}
    assert shown == {"Quiltlaw": (0, None), "Hiltpaw": (0, None)}


def test_what_each_holder_wrote_is_theirs(here: Colleagues) -> None:
    said = set()
    for whom, address in (("Lex", LEX), ("Zed", ZED)):
        added = here.run("ben", "contacts", "add", whom, address, "--company", "Foo")
        said.add(added.out.replace(whom, "X").replace(address, "x"))
    assert len(said) == 1, "no more is said of one whom another has than of one whom nobody has"
    bens = {one["name"]: one for one in here.ok("ben", "contacts", "list")}
    assert {(name, one["company"], tuple(one["emails"]), tuple(one["tags"])) for name, one in bens.items()} == {
        ("Lex", "Foo", (LEX,), ()), ("Zed", "Foo", (ZED,), ()),
    }  # fmt: skip
    (anas,) = here.ok("ana", "contacts", "list")
    assert (anas["name"], anas["company"], anas["owner"], anas["tags"]) == ("Lexa Morn", "Quiltlaw", "Ana", ["divorce"])
    here.ok("ben", "contacts", "edit", LEX, "--name", "Lex M.", "--company", "Bar", "--tag", "court")
    here.ok("ben", "contacts", "alias", LEX, "lex@home.example")
    (anas,) = here.ok("ana", "contacts", "list")
    assert (anas["name"], anas["company"], anas["emails"]) == ("Lexa Morn", "Quiltlaw", [LEX])
    bens = {one["name"]: one for one in here.ok("ben", "contacts", "list")}
    assert (bens["Lex M."]["company"], bens["Lex M."]["tags"]) == ("Bar", ["court"])
    assert bens["Lex M."]["emails"] == [LEX, "lex@home.example"]
    here.ok("ben", "contacts", "remove", LEX)
    assert here.ok("ana", "last", LEX)[0]["last_touch"] == utc_ago(days=4)
    assert [one["name"] for one in here.ok("ben", "contacts", "list")] == ["Zed"]


def test_an_address_that_a_hidden_contact_has_is_given_to_ones_own_as_any_other(here: Colleagues) -> None:
    here.ok("ben", "contacts", "add", "Zed Ray", ZED)
    real = here.run("ben", "contacts", "alias", ZED, LEX)
    absent = here.run("ben", "contacts", "alias", ZED, "nobody@quilt.example")
    assert (real.code, real.out) == (0, absent.out.replace("nobody@quilt.example", LEX))
    (zed,) = here.ok("ben", "last", ZED)
    assert (zed["emails"], zed["touches"]) == ([ZED, LEX, "nobody@quilt.example"], 0)
    (lex,) = here.ok("ana", "last", LEX)
    assert (lex["last_touch"], lex["touches"]) == (utc_ago(days=4), 2), "nobody's word moves another's date"


def test_whom_the_list_takes_in_is_called_as_the_list_does(here: Colleagues) -> None:
    here.ok("ana", "contacts", "alias", LEX, "lex@home.example")
    here.ok("cleo", "contacts", "add", "L. Morn", LEX)
    for who in ("ana", "ben", "cleo"):
        (listed,) = here.ok(who, "last", LEX)
        assert (listed["name"], listed["emails"], listed["company"], listed["tags"]) == ("L. Morn", [LEX], None, []), (
            who
        )
    assert here.ok("ana", "last", LEX)[0]["last_touch"] == utc_ago(days=4)
    (hers,) = here.ok("ana", "last", "lex@home.example")
    assert (hers["name"], hers["company"]) == ("Lexa Morn", "Quiltlaw")
    assert here.run("ben", "last", "lex@home.example").code == 6


def test_by_which_addresses_and_cards_another_knows_somebody_is_theirs(here: Colleagues) -> None:
    here.receive("ana", "lex@home.example", ANA, 2, message_id="h1@home.example", subject="At home")
    here.receive("ana", "lex+court@quilt.example", ANA, 1, message_id="c1@quilt.example", subject="At court")
    here.sync()
    here.ok("ana", "contacts", "alias", LEX, "lex@home.example")
    here.ok("ana", "contacts", "add", "Lexa Morn (Court)", "lexa@court.example")
    here.ok("ana", "contacts", "merge", LEX, "lexa@court.example")
    here.ok("ben", "contacts", "add", "Lex", LEX)
    said = here.run("ben", "contacts", "dossier", LEX, "--json").out
    for hidden in ("home.example", "court", "Morn"):
        assert hidden not in said, hidden
    for whom in ("lex@home.example", "lex+court@quilt.example", "lexa@court.example"):
        absent = "nobody@home.example"
        for words in (("last",), ("log",), ("why",), ("contacts", "show"), ("contacts", "dossier")):
            real, nobody = here.run("ben", *words, whom), here.run("ben", *words, absent)
            assert (real.code, real.out, real.err) == (nobody.code, nobody.out, nobody.err.replace(absent, whom)), words
    dossier = here.run("ana", "contacts", "dossier", LEX).out
    assert "lex@home.example" in dossier
    assert "lex+court@quilt.example" in dossier


def test_what_one_says_of_whom_another_lists_is_said_in_ones_own_words(here: Colleagues) -> None:
    here.receive("ben", LEX, BEN, 3, message_id="l2@quilt.example", subject="To Ben")
    here.sync()
    here.ok("ana", "contacts", "alias", LEX, "a.lex@home.example")
    (known,) = here.ok("ben", "last", LEX)  # by his own mail, as it is signed there
    assert (known["name"], known["company"], known["owner"], known["emails"]) == (LEX, None, "Ben", [LEX])
    said = []
    for words in (
        ("sharing", "private", LEX),
        ("note", LEX, "call"),
        ("done", LEX),
        ("ignore", LEX),
        ("cadence", LEX, "30d"),
    ):
        outcome = here.run("ben", *words, "--json")
        assert outcome.code == 0, outcome.err
        said.append(outcome.out)
    said += [here.run("ben", *words).out for words in (("sharing", "show"), ("log",), ("why", LEX), ("export",))]
    for hidden in ("Lexa", "Morn", "home.example", "Quilt", "divorce"):
        assert hidden not in "".join(said).replace("quilt.example", ""), hidden


def test_who_publishes_publishes_their_own_words_and_company(here: Colleagues) -> None:
    here.ok("ben", "contacts", "add", "Lex", LEX, "--company", "Foo")
    here.ok("ana", "contacts", "edit", LEX, "--publish", "--owner", "")
    (seen,) = here.ok("ben", "last", LEX)
    assert (seen["name"], seen["company"]) == ("Lexa Morn", "Quiltlaw")
    companies = {one["name"]: one["domains"] for one in here.ok("cleo", "companies", "list")}
    assert companies == {"Quiltlaw": ["quilt.example"]}


def test_the_words_of_a_note_are_its_writers_at_every_level(here: Colleagues) -> None:
    here.accounts["ana"]["share"] = "subjects"
    here.configure()
    here.ok("ana", "note", LEX, "call", "--about", "notewords")
    assert "notewords" in here.run("ana", "log", LEX).out
    said = _everything(here, "ben") + here.run("ben", "log", LEX, "--json").out
    assert "Lexa" in said
    assert "The lease" in said
    assert "notewords" not in said


def test_teams_and_users_are_no_list_for_whoever_asks(here: Colleagues) -> None:
    here.users["cleo"]["teams"] = ["secretteam"]
    here.users["ana"]["teams"] = ["sales"]
    here.configure()
    outcome = here.run("ana", "sharing", "set", "dates", "--team", "zz")
    assert outcome.code == 6
    assert "secretteam" not in outcome.err
    assert "sales" in outcome.err
    shown = here.run("ana", "sharing", "show").out + here.run("ana", "sharing", "show", "--json").out
    assert "root" not in shown
    assert "cleo" not in shown


def test_who_keeps_the_service_is_told_no_mailbox_by_name(here: Colleagues) -> None:
    (here.folder / "ana" / "divorce.mbox").write_bytes(b"From \xff no mailbox\n\n\x00\x01")
    here.sync()
    for how in ([], ["--json"], ["--skipped"], ["--skipped", "--csv"]):
        outcome = here.run("root", "status", *how)
        assert outcome.code == 0
        assert "divorce" not in outcome.out + outcome.err


def test_a_number_tells_not_that_a_colleague_listed_somebody_before(here: Colleagues) -> None:
    here.ok("ben", "contacts", "add", "Zed Ray", ZED)
    here.ok("ben", "contacts", "add", "Lex", LEX)
    numbers = [one["id"] for one in here.ok("ben", "contacts", "list")]
    numbers += [here.ok(who, "tokens", "add", "laptop", "--scope", "read")["id"] for who in ("ana", "ben")]
    assert {1, 2, 3}.isdisjoint(numbers), "numbers by chance of a few millions"


def test_whom_one_put_aside_is_no_contact_again_because_a_colleague_lists_them(here: Colleagues) -> None:
    for whom in (LEX, ZED):
        here.ok("ben", "ignore", whom)
    path = here.folder / "people.csv"
    path.write_text(f"name,email\nLex,{LEX}\nZed,{ZED}\n")
    assert here.ok("ben", "contacts", "import", str(path))["added"] == 0


def test_whose_a_contact_is_said_to_be_is_understood_where_a_colleague_lists_them_too(here: Colleagues) -> None:
    for whom in (LEX, ZED):
        here.ok("ben", "contacts", "add", whom.partition("@")[0], whom, "--owner", "ben@acme.example")
    assert {one["owner"] for one in here.ok("ben", "contacts", "list")} == {"Ben"}
