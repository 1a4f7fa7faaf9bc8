"""The page for a works council says what is configured and narrowed, and nothing of what was
exchanged."""

from __future__ import annotations

from colleagues import Colleagues

from config_lines import table

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


def _targets() -> str:
    hook = table("[[targets]]", name="hook", kind="webhook", url="https://h.example/s3cret", secret_env="HOOK_SECRET")
    return hook + table("[[targets]]", name="sheet", kind="folder", path="share/lasttouch.csv", teams=["sales"])


def test_targets_are_named_as_recipients_with_what_each_account_lets_them_be_told(colleagues: Colleagues) -> None:
    """Dates at most, whatever is shared; the path of a webhook is nobody's business."""
    colleagues.top += _targets()
    colleagues.accounts["ana"]["share"] = "subjects"
    colleagues.accounts["ben"]["share"] = "none"
    colleagues.accounts["cleo"]["share"] = "none"
    colleagues.sync()
    hook, sheet = colleagues.ok("root", "privacy", "report")["targets"]
    assert (hook["target"], hook["kind"], hook["where"], sheet["where"]) == (
        "hook", "webhook", "h.example", "share/lasttouch.csv"
    )  # fmt: skip
    assert [(one["account"], one["level"]) for one in hook["sees"]] == [
        ("ana", "dates"), ("ben", "none"), ("cleo", "none")
    ]  # fmt: skip
    said = colleagues.run("root", "privacy", "report").out
    assert "hook, webhook, h.example: of ana: when the last touch of a contact moved" in said
    assert "s3cret" not in said


def test_a_target_of_one_keeper_is_told_of_every_account(colleagues: Colleagues) -> None:
    colleagues.users = {}
    for options in colleagues.accounts.values():
        options.clear()
    colleagues.top += _targets()
    colleagues.sync()
    assert "sheet (sales), folder, share/lasttouch.csv: of ana, ben, cleo: name, addresses and company" in (
        colleagues.direct("privacy", "report").out
    )
