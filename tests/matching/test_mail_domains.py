"""Where an organisation's domain begins, and which domains are nobody's."""

import pytest

from matchers.domains import company_domains_of, is_disposable, is_free_mail, registrable


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("acme.com", "acme.com"),
        ("mail.eu.acme.com", "acme.com"),
        ("acme.co.uk", "acme.co.uk"),
        ("mail.acme.co.uk", "acme.co.uk"),
        ("co.uk", None),
        ("com", None),
        ("ana.github.io", "ana.github.io"),  # the list's private section
        ("github.io", None),
        ("city.kawasaki.jp", "city.kawasaki.jp"),  # an exception rule of the list
        ("a.b.kawasaki.jp", "a.b.kawasaki.jp"),  # a wildcard rule of the list
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("x.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("mail.acme.example", "acme.example"),  # a top-level domain that is not listed
        ("localhost", None),
        ("192.0.2.1", None),
        ("[192.0.2.1]", None),
        ("[ipv6:2001:db8::1]", None),
        ("", None),
        ("a..b", None),
        (".com", None),
    ],
)
def test_the_registrable_domain(domain: str, expected: str | None) -> None:
    assert registrable(domain) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("a.mail.acme.co.uk", ["a.mail.acme.co.uk", "mail.acme.co.uk", "acme.co.uk"]),
        ("acme.com", ["acme.com"]),
        ("co.uk", []),
        ("[192.0.2.1]", []),
    ],
)
def test_parents_end_at_the_registrable_domain(domain: str, expected: list[str]) -> None:
    assert list(company_domains_of(domain)) == expected


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "yahoo.co.uk",
        "gmx.de",
        "web.de",
        "icloud.com",
        "proton.me",
        "qq.com",
        "orange.fr",
        "mailbox.org",
        "tuta.com",
        "hey.com",
        "privaterelay.appleid.com",
        "docomo.ne.jp",
        "vip.gmx.net",
        "dyndns.org",
    ],
)
def test_free_mail(domain: str) -> None:
    assert is_free_mail(domain)


@pytest.mark.parametrize("domain", ["acme.example", "ibm.com", "appleid.com", "ne.jp", "co.uk", "notgmail.com", ""])
def test_not_free_mail(domain: str) -> None:
    assert not is_free_mail(domain)


def test_disposable() -> None:
    assert is_disposable("mailinator.com")
    assert is_disposable("anything.mailinator.com")
    assert is_disposable("guerrillamail.com")
    assert not is_disposable("gmail.com")
    assert not is_disposable("acme.example")


def test_a_domain_of_many_labels_is_answered() -> None:
    assert registrable(".".join(["a"] * 500) + ".example") == "a.example"
