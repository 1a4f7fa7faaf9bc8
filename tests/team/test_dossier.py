"""What is kept of somebody, as far as who asks may see."""

from __future__ import annotations

from colleagues import Colleagues

BOB, TOM, ANA, BEN = "bob@globex.example", "tom@initech.example", "ana@acme.example", "ben@acme.example"


def test_a_dossier_holds_all_there_is_within_the_scope_and_leaves_a_line(colleagues: Colleagues) -> None:
    colleagues.accounts["ana"]["share"] = "who"
    colleagues.receive("ana", f"Bob Stone <{BOB}>", ANA, 5, message_id="b1@globex.example", subject="The lease")
    colleagues.receive("ana", "news@globex.example", f"{ANA}, {BOB}", 4, subject="News", List_Id="<x.globex.example>")
    colleagues.receive("ana", TOM, ANA, 3, subject="A new job")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB, "--company", "Globex")
    colleagues.ok("ana", "cadence", "bob", "30d")
    own = colleagues.ok("ana", "contacts", "dossier", "bob")
    assert own["listed"]["company"] == "Globex"
    assert [(one["subject"], one["verdict"]) for one in own["activities"]] == [
        ("News", "list"),
        ("The lease", "person"),
    ]
    assert [one["address"] for one in own["addresses"]] == [BOB]
    assert [one["word"] for one in own["said"]] == ["cadence"]
    seen = colleagues.ok("ben", "contacts", "dossier", "bob")
    assert [(one["subject"] or None, one["evidence"]) for one in seen["activities"]] == [(None, {})]
    assert (seen["said"], seen["hidden_accounts"]) == ([], 1)
    assert [one["command"] for one in colleagues.ok("ana", "access")] == ["contacts dossier"]
    assert len(colleagues.ok("ana", "contacts", "dossier", TOM)["activities"]) == 1
    assert colleagues.run("ben", "contacts", "dossier", TOM).err == colleagues.run(
        "ben", "contacts", "dossier", TOM.replace("tom", "tim")
    ).err.replace("tim", "tom")
    assert "A new job" in colleagues.run("ana", "contacts", "dossier", TOM).out
