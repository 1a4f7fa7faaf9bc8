"""Letters with documents as mail programs send them, and what of each is a document."""

from __future__ import annotations

from base64 import encodebytes
from typing import NamedTuple

from activity.attachment import Attachment


class Letter(NamedTuple):
    """`lines` are those behind the usual header; a size in `wanted` is right within three
    octets."""

    lines: str
    wanted: tuple[Attachment, ...] = ()


_TEXT = "Content-Type: text/plain\n\nHello\n"
_HTML = "Content-Type: text/html\n\n<p>Hello</p>\n"


def coded(length: int) -> str:
    return encodebytes(b"\x07" * length).decode()


def part(kind: str, name: str = "", length: int = 600, disposition: str = "attachment", more: str = "") -> str:
    """`name` as it stands behind `filename`: a quoted text, or with what makes it another
    parameter."""
    named = f"; filename{name if name.startswith(('*', '=')) else f'={name}'}" if name else ""
    said = f"Content-Disposition: {disposition}{named}\n" if disposition else ""
    return f"Content-Type: {kind}\n{said}{more}Content-Transfer-Encoding: base64\n\n{coded(length)}"


def multi(subtype: str, *parts: str, boundary: str = "b0", more: str = "") -> str:
    inner = "".join(f"--{boundary}\n{one}\n" for one in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"{more}\n\n{inner}--{boundary}--\n'


def _pdf(name: str, size: int | None = 600) -> Attachment:
    return Attachment(name, "application/pdf", size)


PDF = "application/pdf"
LETTERS: dict[str, Letter] = {
    "plain": Letter(_TEXT),
    "both-forms": Letter(multi("alternative", _TEXT, _HTML)),
    "one": Letter(multi("mixed", _TEXT, part(PDF, '"offer.pdf"', 84_000)), (_pdf("offer.pdf", 84_000),)),
    "named-by-type": Letter(multi("mixed", _TEXT, part(f'{PDF}; name="old.pdf"', disposition="")), (_pdf("old.pdf"),)),
    "two": Letter(
        multi("mixed", _TEXT, part(PDF, '"a.pdf"'), part("text/csv", '"b.csv"', 90)),
        (_pdf("a.pdf"), Attachment("b.csv", "text/csv", 90)),
    ),
    "rfc2231": Letter(
        multi("mixed", _TEXT, part(PDF, "*=UTF-8''Angebot%20f%C3%BCr%20K%C3%B6ln.pdf")), (_pdf("Angebot für Köln.pdf"),)
    ),
    "rfc2231-pieces": Letter(
        multi("mixed", _TEXT, part(PDF, "*0*=iso-8859-1''%C4nderung; filename*1=\"-des\"; filename*2*=%20Plans.pdf")),
        (_pdf("Änderung-des Plans.pdf"),),
    ),
    "rfc2047": Letter(multi("mixed", _TEXT, part(PDF, '"=?utf-8?B?5aWR57SE5pu4LnBkZg==?="')), (_pdf("契約書.pdf"),)),
    "path": Letter(multi("mixed", _TEXT, part(PDF, r'"..\\..\\etc/passwd.pdf"')), (_pdf("passwd.pdf"),)),
    "long-name": Letter(multi("mixed", _TEXT, part(PDF, f'"{"x" * 10_000}.pdf"')), (_pdf("x" * 250 + "….pdf"),)),
    "inline-image": Letter(
        multi("related", _HTML, part("image/png", '"logo.png"', disposition="inline", more="Content-ID: <l@x>\n")),
    ),
    "image-in-text-and-document": Letter(
        multi(
            "mixed",
            multi("related", _HTML, part("image/png", disposition="", more="Content-ID: <l@x>\n"), boundary="b1"),
            part(PDF, '"offer.pdf"'),
        ),
        (_pdf("offer.pdf"),),
    ),
    "logo-beside-text": Letter(
        multi("mixed", _HTML, part("image/png", '"image001.png"', disposition="inline", more="Content-ID: <i@x>\n")),
    ),
    "photo": Letter(
        multi("mixed", _TEXT, part("image/jpeg", '"IMG_1.jpg"', disposition="inline")),
        (Attachment("IMG_1.jpg", "image/jpeg", 600),),
    ),
    "signed": Letter(
        multi(
            "signed",
            multi("mixed", _TEXT, part(PDF, '"offer.pdf"'), boundary="b1"),
            part("application/pkcs7-signature", '"smime.p7s"'),
        ),
        (_pdf("offer.pdf"),),
    ),
    "pgp": Letter(multi("signed", _TEXT, part("application/pgp-signature", '"OpenPGP_signature.asc"'))),
    "key": Letter(multi("mixed", _TEXT, part("application/pgp-keys", '"OpenPGP_0x1.asc"'))),
    "encrypted": Letter(
        multi("encrypted", part("application/pgp-encrypted"), part("application/octet-stream", '"encrypted.asc"')),
    ),
    "smime": Letter(part("application/pkcs7-mime; smime-type=enveloped-data", '"smime.p7m"')),
    "tnef": Letter(multi("mixed", _TEXT, part("application/ms-tnef", '"winmail.dat"'))),
    "forwarded": Letter(
        multi(
            "mixed",
            _TEXT,
            'Content-Type: message/rfc822\nContent-Disposition: attachment; filename="Old talk.eml"\n\n'
            "From: zoe@x.example\nSubject: Inner\nMIME-Version: 1.0\n"
            + multi("mixed", _TEXT, part(PDF, '"inner.pdf"'), boundary="b1"),
        ),
        (Attachment("Old talk.eml", "message/rfc822", None),),
    ),
    "invitation": Letter(
        multi(
            "mixed",
            multi(
                "alternative", _TEXT, "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n", boundary="b1"
            ),
            part("application/ics", '"invite.ics"'),
        ),
    ),
    "calendar-file": Letter(
        multi("mixed", _TEXT, part('text/calendar; name="fair.ics"', '"fair.ics"', 300)),
        (Attachment("fair.ics", "text/calendar", 300),),
    ),
    "bounce": Letter(
        multi(
            "report",
            _TEXT,
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.x.example\n",
            "Content-Type: message/rfc822\n\nSubject: Gone\n\nHello\n",
            more="; report-type=delivery-status",
        ),
    ),
    "scan": Letter(part(PDF, '"scan.pdf"'), (_pdf("scan.pdf"),)),
    "list-footer": Letter(multi("mixed", _TEXT, "Content-Type: text/plain\n\n--- \nThe list\n")),
    "text-in-pieces": Letter(
        multi("mixed", _HTML, part('text/plain; name="ATT00001.txt"', '"ATT00001.txt"', 40), _HTML),
    ),
    "without-a-name": Letter(
        multi("mixed", _TEXT, part("application/zip", disposition="attachment")),
        (Attachment("", "application/zip", 600),),
    ),
    "shared": Letter(
        multi(
            "mixed",
            _TEXT,
            'Content-Type: message/external-body; access-type=URL; size="7001";\n'
            ' URL="https://files.client.example/s/Q4%20plan.xlsx?id=\n 7"\n\n'
            "Content-Type: application/vnd.ms-excel\n\n",
        ),
        (
            Attachment(
                "Q4 plan.xlsx", "message/external-body", 7001, "https://files.client.example/s/Q4%20plan.xlsx?id=7"
            ),
        ),
    ),
    "script-as-a-link": Letter(
        multi("mixed", _TEXT, 'Content-Type: message/external-body; access-type=URL; URL="javascript:alert(1)"\n\n\n'),
        (Attachment("javascript:alert(1)", "message/external-body", None),),
    ),
    "type-of-nonsense": Letter(
        multi("mixed", _TEXT, part("application/x\x7fy", '"odd.bin"')),
        (Attachment("odd.bin", "application/octet-stream", 600),),
    ),
}


def raw(name: str) -> bytes:
    head = (
        "From: Tom Berg <tom@client.example>\nTo: ana@acme.example\nDate: Mon, 02 Mar 2026 10:00:00 +0000\n"
        f"Message-ID: <{name}@client.example>\nSubject: About {name}\nMIME-Version: 1.0\n"
    )
    return (head + LETTERS[name].lines).encode()


def is_right(found: tuple[Attachment, ...], wanted: tuple[Attachment, ...]) -> bool:
    return [one._replace(size=None) for one in found] == [one._replace(size=None) for one in wanted] and all(
        b.size is None or (a.size is not None and abs(a.size - b.size) <= 3) for a, b in zip(found, wanted, strict=True)
    )
