"""Address books as a service of a DAV server (RFC 6352)."""

from __future__ import annotations

from capture.dav.multistatus import CARDDAV
from capture.dav.service import Service

ADDRESS_BOOKS = Service(
    protocol="carddav",
    namespace=CARDDAV,
    home=CARDDAV + "addressbook-home-set",
    kind=CARDDAV + "addressbook",
    data=CARDDAV + "address-data",
    multiget="addressbook-multiget",
    noun="address book",
    contents="contacts",
    option="address_books",
    exclude_option="exclude_address_books",
)
