"""What documents a message came with, on the page: in the timeline and with the proof, harmless
whatever they say."""

from __future__ import annotations

from household import ago, mail
from web_world import Looked, WebWorld

NAMES = ("Lease 2026.pdf", "<script>alert(1)<b>.pdf", "\u202egnp.exe", "x" * 2000 + ".pdf", "fifth.pdf")


def test_documents_are_told_and_do_nothing(world: WebWorld) -> None:
    world.top = "store_attachments = true\n"
    letter = mail("Bob Stone <bob@globex.example>", "ana@acme.example", ago(days=2), "b1@x", "The lease",
                  MIME_Version="1.0", Content_Type="multipart/mixed; boundary=b0")  # fmt: skip
    parts = "".join(
        f'--b0\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\nx\r\n'
        for name in NAMES
    )
    world.receive("ana", letter.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + parts.encode() + b"--b0--\r\n")
    world.sync()
    assert world.run("contacts", "add", "Bob Stone", "bob@globex.example").code == 0
    client = Looked(world).signed_in()
    timeline, proof = client.get("/contact/1").text, client.get("/activity/1").text
    assert "Lease 2026.pdf (1 byte)" in timeline
    assert "and 2 more" in timeline
    assert "fifth.pdf" not in timeline
    assert "fifth.pdf" in proof
    for page in (timeline, proof):
        assert "&lt;script&gt;alert(1)&lt;b&gt;.pdf" in page
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "x" * 300 not in page
