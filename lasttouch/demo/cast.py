"""Who is in the demo: two colleagues, and the people they deal with at four companies."""

from __future__ import annotations

from dataclasses import dataclass

from activity.address import Address
from activity.contact import ContactEntry

INTERNAL_DOMAIN = "acme.example"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of us: the account's name, and the addresses, the main one first."""

    account: str
    addresses: tuple[Address, ...]

    @property
    def address(self) -> Address:
        return self.addresses[0]


ANA = Address("ana@acme.example", "Ana Kim")
ANA_ALIAS = Address("ana.kim@acme.example", "Ana Kim")
BEN = Address("ben@acme.example", "Ben Ortiz")
COLLEAGUES = (Colleague("ana", (ANA, ANA_ALIAS)), Colleague("ben", (BEN,)))

BOB = Address("bob@globex.example", "Bob Stone")
CARLA = Address("carla@globex.example", "Carla Mendes")
DEV = Address("dev@globex.example", "Dev Patel")
SHOP = Address("hello@umbrellacoffee.example", "Umbrella Coffee")
ERIN = Address("erin@umbrellacoffee.example", "Erin Walsh")
FELIX = Address("felix@umbrellacoffee.example", "Felix Brandt")
GRACE = Address("grace@lighthousebooks.example", "Grace Liu")
HUGO = Address("hugo@lighthousebooks.example", "Hugo Larsen")
INES = Address("ines@lighthousebooks.example", "Inês Costa")
JONAS = Address("jonas@harbourbikes.example", "Jonas Weber")
KIRA = Address("kira@harbourbikes.example", "Kira Novak")
LEA = Address("lea@harbourbikes.example", "Léa Moreau")

THEO = Address("theo@lighthousebooks.example", "Theo Baker")  # in nobody's address book
STATEMENTS = Address("no-reply@globex.example", "Globex Accounts")
MAIL_SYSTEM = Address("mailer-daemon@mx.acme.example", "Mail Delivery System")

_OWNERS = (
    ("Globex Gardens", ((BOB, ANA), (CARLA, ANA), (DEV, BEN))),
    ("Umbrella Coffee", ((SHOP, ANA), (ERIN, BEN), (FELIX, BEN))),
    ("Lighthouse Books", ((GRACE, ANA), (HUGO, BEN), (INES, ANA))),
    ("Harbour Bikes", ((JONAS, BEN), (KIRA, ANA), (LEA, ANA))),
)

CONTACTS = tuple(
    ContactEntry(contact.name, [contact.email], company, owner=owner.name)
    for company, people in _OWNERS
    for contact, owner in people
)
