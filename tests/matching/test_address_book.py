"""Whose an address is: the table of rules, and what holds for all address books."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.address import domain_of, normalise
from activity.facts import Match
from matchers.book import AddressBook
from matchers.canonical import canonical, without_tag
from matchers.policy import Policy

POLICY = Policy(
    own_addresses=frozenset({"me@us.example", "me@gmail.com"}), internal_domains=frozenset({"us.example", "in.co.uk"})
)
EMAILS = [
    ("ana@acme.example", 1),
    ("ana.kim@acme.example", 1),
    ("bo+crm@globex.example", 2),
    ("support+acme@vendor.example", 3),
    ("support+globex@vendor.example", 4),
    ("shared@acme.example", 5),
    ("shared@acme.example", 6),
    ("j.smith@gmail.com", 7),
    ("cara.vane+work@googlemail.com", 8),
    ("twin@gmail.com", 9),
    ("t.win@gmail.com", 10),
    ("dots.matter@fastmail.com", 11),
    ("+odd@acme.example", 12),
    ("info@xn--bcher-kva.example", 13),
    ("two@acme.example", 14),
    ("two+x@acme.example", 15),
    ("pair@acme.example", 16),
    ("pair@acme.example", 16),
    ("trio@acme.example", 17),
    ("trio@acme.example", 18),
    ("trio@acme.example", 19),
    ("stranger@us.example", 20),
]
COMPANIES = [
    ("acme.example", 100),
    ("lab.acme.example", 101),
    ("globex.example", 102),
    ("gmail.com", 103),
    ("mailinator.com", 104),
    ("guerrillamail.com", 112),
    ("co.uk", 105),
    ("github.io", 106),
    ("us.example", 107),
    ("disputed.example", 108),
    ("disputed.example", 109),
    ("shop.parent.example", 110),
    ("192.0.2.1", 111),
]
BOOK = AddressBook(EMAILS, COMPANIES, POLICY)


def contact(contact_id: int, rule: str) -> tuple[object, ...]:
    return (contact_id, rule, None, ())


def company(company_id: int) -> tuple[object, ...]:
    return (None, "company-domain", company_id, ())


def ambiguous(*candidates: int) -> tuple[object, ...]:
    return (None, "ambiguous", None, candidates)


SELF = (None, "self", None, ())
NONE = (None, "none", None, ())


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        # our own
        ("me@us.example", SELF),
        ("anybody@us.example", SELF),
        ("anybody@sub.us.example", SELF),
        ("me@gmail.com", SELF),
        ("stranger@us.example", SELF),  # even if somebody listed it
        ("x@in.co.uk", SELF),
        # exact
        ("ana@acme.example", contact(1, "exact")),
        ("ana.kim@acme.example", contact(1, "exact")),
        ("bo+crm@globex.example", contact(2, "exact")),
        ("j.smith@gmail.com", contact(7, "exact")),
        ("info@xn--bcher-kva.example", contact(13, "exact")),
        ("+odd@acme.example", contact(12, "exact")),
        ("pair@acme.example", contact(16, "exact")),
        # without a +tag, on either side
        ("ana+news@acme.example", contact(1, "plus-tag")),
        ("ana+a+b@acme.example", contact(1, "plus-tag")),
        ("ana.kim+@acme.example", contact(1, "plus-tag")),
        ("bo@globex.example", contact(2, "plus-tag")),
        ("j.smith+shop@gmail.com", contact(7, "plus-tag")),
        ("two+y@acme.example", contact(14, "plus-tag")),  # the plain address goes before one with another tag
        ("two+x@acme.example", contact(15, "exact")),
        ("bo+other@globex.example", company(102)),  # two different tags are two addresses
        ("support+other@vendor.example", NONE),
        ("anakim@acme.example", company(100)),  # dots matter elsewhere
        ("dotsmatter@fastmail.com", NONE),
        # Gmail
        ("jsmith@gmail.com", contact(7, "gmail-dots")),
        ("j.s.m.i.t.h@googlemail.com", contact(7, "gmail-dots")),
        ("jsmith+tag@googlemail.com", contact(7, "gmail-dots")),
        ("caravane@gmail.com", contact(8, "gmail-dots")),
        ("caravane+work@gmail.com", contact(8, "gmail-dots")),
        ("cara.vane@googlemail.com", contact(8, "plus-tag")),
        ("caravane+home@gmail.com", NONE),
        ("j.smith@gmail.com.example", NONE),
        # ambiguity
        ("shared@acme.example", ambiguous(5, 6)),
        ("shared+x@acme.example", ambiguous(5, 6)),
        ("trio@acme.example", ambiguous(17, 18, 19)),
        ("support@vendor.example", ambiguous(3, 4)),
        ("twi.n@gmail.com", ambiguous(9, 10)),
        ("twin@gmail.com", contact(9, "exact")),
        # companies
        ("nobody@acme.example", company(100)),
        ("nobody@eu.mail.acme.example", company(100)),
        ("nobody@lab.acme.example", company(101)),
        ("nobody@x.lab.acme.example", company(101)),
        ("nobody@shop.parent.example", company(110)),
        ("nobody@parent.example", NONE),  # a company below does not own its parent
        ("nobody@notacme.example", NONE),
        ("nobody@gmail.com", NONE),
        ("nobody@mailinator.com", NONE),
        ("nobody@x.mailinator.com", NONE),
        ("nobody@guerrillamail.com", NONE),
        ("nobody@firm.co.uk", NONE),  # no company owns a public suffix
        ("nobody@co.uk", NONE),
        ("nobody@somebody.github.io", NONE),
        ("nobody@disputed.example", NONE),
        ("nobody@192.0.2.1", NONE),
        ("nobody@[192.0.2.1]", NONE),
        ("root@localhost", NONE),
        ("nobody@unknown.example", NONE),
    ],
)
def test_the_rules(email: str, expected: tuple[object, ...]) -> None:
    assert tuple(BOOK.match(email)) == expected
    assert tuple(BOOK.match(email)) == expected  # the remembered answer too


def test_an_empty_book_knows_itself_alone() -> None:
    book = AddressBook([], [], POLICY)
    assert book.match("me@us.example").rule == "self"
    assert book.match("ana@acme.example").rule == "none"


def test_a_book_reads_its_iterables_once() -> None:
    book = AddressBook(iter([("ana+x@gmail.com", 1)]), iter([("acme.example", 2)]), Policy())
    assert book.match("a.na@gmail.com") == Match(1, "gmail-dots", None, ())
    assert book.match("x@acme.example").company_id == 2


@pytest.mark.parametrize(
    ("email", "untagged", "loosest"),
    [
        ("ana@acme.example", "ana@acme.example", "ana@acme.example"),
        ("ana+x@acme.example", "ana@acme.example", "ana@acme.example"),
        ("a.na+x@googlemail.com", "a.na@googlemail.com", "ana@gmail.com"),
        ("+x@acme.example", "+x@acme.example", "+x@acme.example"),
        ("a@b+c@acme.example", "a@b@acme.example", "a@b@acme.example"),
        ("...@gmail.com", "...@gmail.com", "...@gmail.com"),
    ],
)
def test_the_spellings_of_an_address(email: str, untagged: str, loosest: str) -> None:
    assert without_tag(email) == untagged
    assert canonical(email) == loosest


def test_many_contacts_with_tags_of_one_mailbox_are_answered_at_once() -> None:
    book = AddressBook(((f"reply+{number}@app.example", number) for number in range(50_000)), [], Policy())
    assert book.match("reply+7@app.example").contact_id == 7
    assert book.match("reply+x@app.example").rule == "none"
    assert len(book.match("reply@app.example").candidates) == 50_000


locals_ = st.text(alphabet="ab.+", min_size=1, max_size=6)
domains = st.sampled_from(
    "gmail.com googlemail.com acme.example sub.acme.example b.co.uk co.uk mailinator.com us.example".split()  # noqa: SIM905
)
emails = st.builds(lambda local, domain: normalise(f"{local}@{domain}"), locals_, domains).filter(bool)
listings = st.lists(st.tuples(emails, st.integers(1, 4)), max_size=12)
ownerships = st.lists(st.tuples(domains, st.integers(1, 4)), max_size=6, unique_by=lambda pair: pair[0])


@given(listings, ownerships, emails)
def test_only_equal_canonical_forms_match(
    listed: list[tuple[str, int]], owned: list[tuple[str, int]], email: str
) -> None:
    match = AddressBook(listed, owned, POLICY).match(email)
    near = {holder for other, holder in listed if canonical(other) == canonical(email)}
    found = {*match.candidates, *([match.contact_id] if match.contact_id else [])}
    assert found <= near


@given(listings, ownerships, emails)
def test_a_book_of_the_near_addresses_answers_as_the_whole_one(
    listed: list[tuple[str, int]], owned: list[tuple[str, int]], email: str
) -> None:
    near = [pair for pair in listed if canonical(pair[0]) == canonical(email)]
    above = [pair for pair in owned if f".{domain_of(email)}".endswith(f".{pair[0]}")]
    assert AddressBook(near, above, POLICY).match(email) == AddressBook(listed, owned, POLICY).match(email)


@given(listings, emails)
def test_no_order_of_the_contacts_decides(listed: list[tuple[str, int]], email: str) -> None:
    assert AddressBook(listed, [], POLICY).match(email) == AddressBook(reversed(listed), [], POLICY).match(email)


@given(listings, emails)
def test_one_contact_more_never_takes_a_listed_address_away(listed: list[tuple[str, int]], email: str) -> None:
    match = AddressBook([*listed, (email, 9)], [], POLICY).match(email)
    holders = {9, *(holder for other, holder in listed if other == email)}
    if match.rule != "self":
        assert holders == {*match.candidates, *([match.contact_id] if match.contact_id else [])}


@given(emails)
def test_the_canonical_form_is_stable(email: str) -> None:
    assert canonical(canonical(email)) == canonical(email)
