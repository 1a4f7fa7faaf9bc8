"""A log of the version before: which addresses cards showed is taken from the contacts that come
from them alone."""

from __future__ import annotations

import contextlib
from pathlib import Path

from earlier import made_before

from store.database import open_for_writing


def test_cards_of_an_older_log_can_give_up_what_they_showed(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with made_before("shown_by_cards", path) as older:
        older.executescript("""
            INSERT INTO contact (id, name, from_book) VALUES (1, 'Nia', 1), (2, 'Olu', 0), (3, 'Pau', 1);
            INSERT INTO contact_key (key, contact_id) VALUES ('n1', 1), ('carddav:1:People:n.vcf', 1),
                ('carddav:1:People:o.vcf', 2), ('carddav:1:People:p.vcf', 3), ('carddav:1:Club:p.vcf', 3);
            INSERT INTO contact_email (email, contact_id, position, canonical) VALUES
                ('nia@reef.example', 1, 1, 'nia@reef.example'), ('desk@reef.example', 1, 2, 'desk@reef.example'),
                ('olu@reef.example', 2, 1, 'olu@reef.example'), ('pau@reef.example', 3, 1, 'pau@reef.example');
        """)
    with contextlib.closing(open_for_writing(path)) as log:
        assert log.execute("SELECT key, email FROM card_address ORDER BY email").fetchall() == [
            ("carddav:1:People:n.vcf", "desk@reef.example"),
            ("carddav:1:People:n.vcf", "nia@reef.example"),
        ]
        assert log.execute("SELECT count(*) FROM contact_email WHERE given_up_at IS NULL").fetchone() == (4,)
