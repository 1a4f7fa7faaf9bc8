"""Keys are unique in a book and stay with their card."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from capture.address_books.position import Keys
from dav_log import cursors_of
from scripted_collections import ScriptedBook, card
from scripted_dav import Reply, Start


class Reader:
    def __init__(self, url: str) -> None:
        self.url = url
        self.cursors: dict[str, str] = {}

    def keys(self) -> list[tuple[str, str]]:
        """The hrefs and keys of what came with this sync."""
        batches = ScriptedBook.sync(self.url, self.cursors)
        self.cursors |= cursors_of(*batches)
        return [(href, entry.key) for batch in batches for href, entry in batch.entries]


def test_cards_without_a_uid_or_with_one_another_card_has_go_by_their_href(scripted: Start) -> None:
    book = ScriptedBook(objects=0)
    for name, uid in (("a.vcf", "same"), ("b.vcf", "same"), ("c.vcf", ""), ("d.vcf", "c.vcf"), ("e.vcf", "x" * 300)):
        book.put(name, card(uid, "FN:X", "EMAIL:x@x.example"))
    given_keys = Reader(scripted(book).url).keys()
    assert given_keys == [
        ("a.vcf", "same"), ("b.vcf", "b.vcf"), ("c.vcf", "c.vcf"), ("d.vcf", "d.vcf"), ("e.vcf", "e.vcf"),
    ]  # fmt: skip


def test_a_card_keeps_its_key_when_it_changes_and_when_another_goes(scripted: Start) -> None:
    book = ScriptedBook(objects=0)
    for name in ("a.vcf", "b.vcf"):
        book.put(name, card("same"))
    reader = Reader(scripted(book).url)
    reader.keys()
    del book.etags["a.vcf"]
    book.faults["delta"] = Reply(410)
    assert reader.keys() == []
    book.put("b.vcf", card("same", "FN:X", "EMAIL:new@x.example"))
    assert reader.keys() == [("b.vcf", "b.vcf")]
    book.put("z.vcf", card("same"))
    assert reader.keys() == [("z.vcf", "same")]


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["give", "take"]), st.sampled_from("abcd"), st.sampled_from(["", "a", "b", "u", "v"]))
    )
)
def test_no_two_living_cards_share_a_key(steps: list[tuple[str, str, str]]) -> None:
    held: dict[str, str] = {}
    keys = Keys(held, ())
    for step, name, uid in steps:
        before = dict(held)
        if step == "give":
            assert keys.give(name, uid) == held[name] == before.get(name, held[name])
        else:
            assert keys.take_back(name) == (name in before)
        assert len(set(held.values())) == len(held)
        assert {other: key for other, key in held.items() if other != name} == {
            other: key for other, key in before.items() if other != name
        }
