"""The page for a works council says what is configured and narrowed, and nothing of what was exchanged."""

from __future__ import annotations

from colleagues import Colleagues

BOB, ANA = "bob@globex.example", "ana@acme.example"


def test_the_report_says_who_sees_what_for_how_long_and_shows_no_content(colleagues: Colleagues) -> None:
    colleagues.top += 'share_at_most = "who"\nstore_subjects = false\n'
    colleagues.accounts["ana"] |= {"share": "subjects", "keep": "3y"}
    colleagues.users["ben"]["teams"] = ["sales"]
    colleagues.receive("ana", BOB, ANA, 5, subject="The lease")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB)
    colleagues.ok("ana", "sharing", "set", "dates")
    colleagues.run("root", "contacts", "forget", "zoe@hooli.example", "--yes", "--reason", "asked")
    for who in ("ana", "ben", "cleo"):
        colleagues.refused(who, "privacy", "report")
    report = colleagues.ok("root", "privacy", "report")
    (ben,) = [one for one in report["recipients"] if one["user"] == "ben"]
    assert ben["sees"][:2] == [{"account": "ana", "level": "dates"}, {"account": "ben", "level": "own"}]
    assert [one["kept_days"] for one in report["sources"]] == [1095, None, None]
    assert (report["share_at_most"], report["forgotten"]) == ("who", 1)
    assert [(one["by"], one["deed"]) for one in report["deeds"]] == [("root", "forget")]
    assert "subject" not in report["fields"][0]["kept"]
    for outcome in (colleagues.run("root", "privacy", "report"), colleagues.direct("privacy", "report", "--json")):
        assert outcome.code == 0
        assert "Bob" not in outcome.out
        assert "globex" not in outcome.out
        assert "hooli" not in outcome.out


def test_one_keeper_is_told_that_they_see_everything(colleagues: Colleagues) -> None:
    colleagues.users = {}
    for options in colleagues.accounts.values():
        options.clear()
    colleagues.sync()
    assert "sees all of it" in colleagues.direct("privacy", "report").out
