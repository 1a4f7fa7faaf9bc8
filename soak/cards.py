"""The address book of one of the accounts: its cards come, change and go, and the contacts with them."""

from __future__ import annotations

import random

from soak.estate import BOOK, Estate
from soak.life import OUTSIDE, Life

FRIENDS = [f"f{number}@friends.example" for number in range(8)]  # nobody exchanges anything with them


class Cards:
    """`names` is what the friends who have a card are called. Who is a customer keeps the card for ever."""

    def __init__(self, estate: Estate, life: Life, chance: random.Random) -> None:
        self.estate = estate
        self.life = life
        self.chance = chance
        self.names: dict[str, str] = {}
        self._written = 0

    def writes_a_card(self) -> None:
        """Of a customer, or of a friend who may have one already, under another name."""
        if self.chance.random() < 0.3:
            self.of_a_customer()
            return
        email = self.chance.choice(FRIENDS)
        self._written += 1
        self.names[email] = f"Friend {self._written}"
        self._put(email, self.names[email])

    def of_a_customer(self) -> None:
        """There is always one: a book that is empty all at once is not believed."""
        email = self.chance.choice(OUTSIDE)
        self._put(email, f"N {email}")

    def throws_a_card_away(self) -> None:
        if self.names:
            email = self.chance.choice(sorted(self.names))
            self.estate.radicale.delete(self.estate.names[0], BOOK, f"{email}.vcf")
            del self.names[email]
            self.life.unlists(email)

    def _put(self, email: str, name: str) -> None:
        lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{email}", f"FN:{name}", f"EMAIL:{email}", "END:VCARD", ""]
        self.estate.radicale.put_card(self.estate.names[0], BOOK, f"{email}.vcf", "\r\n".join(lines))
        self.life.lists(email)
