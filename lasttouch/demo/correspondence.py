"""A year of mail: Acme builds the insides of shops, and its customers write back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lasttouch.demo import notices
from lasttouch.demo.cast import (
    ANA,
    ANA_ALIAS,
    BEN,
    BOB,
    CARLA,
    DEV,
    ERIN,
    FELIX,
    GRACE,
    HUGO,
    INES,
    JONAS,
    KIRA,
    SHOP,
    THEO,
)
from lasttouch.demo.letters import Letter, Said, conversation
from lasttouch.demo.working_days import WorkingDays


def correspondence(days: WorkingDays) -> list[Letter]:
    """Every letter of the demo, company by company."""
    return [
        *_globex(days),
        *_umbrella_coffee(days),
        *_lighthouse_books(days),
        *_harbour_bikes(days),
        *_among_ourselves(days),
    ]


def _globex(days: WorkingDays) -> Iterator[Letter]:
    yield from conversation(
        "Counter for the garden centre",
        Said(BOB, ANA, days.ago(205, "09:12"), "The old counter leaks sawdust into the seed drawers. Can you look?"),
        Said(ANA, BOB, days.ago(204, "11:40"), "Two drawers are beyond saving, the rest is good oak. Sketch attached."),
        Said(BOB, ANA, days.ago(203, "08:55"), "That sketch is the counter I have been dreaming of. Go ahead."),
    )
    drawings = Said(ANA, CARLA, days.ago(6, "16:05"), "The final drawings. Could you sign page two before the weekend?")
    yield from conversation(
        "Delivery of the seed racks",
        Said(CARLA, ANA, days.ago(34, "10:20"), "When would the racks come? The tulips will not wait."),
        Said(ANA, CARLA, days.ago(33, "09:05"), "In two lots, the tall ones first. The dates depend on the drawings."),
        Said(CARLA, ANA, days.ago(21, "14:32"), "Tall ones first is fine. Please leave a hand's breadth to the wall."),
        drawings,
        notices.away(CARLA, ANA, drawings.sent + timedelta(minutes=1), "Delivery of the seed racks"),
    )
    yield from conversation(
        "Invoice 2041",
        Said(BOB, ANA, days.ago(12, "15:10"), "Dev will need the order number on it, then it is paid.", cc=(DEV,)),
        Said(ANA, BOB, days.ago(12, "16:30"), "Order number added, see the new copy."),
    )
    yield from conversation("Your supplier statement is ready", notices.statement(days.ago(8, "04:00")))


def _umbrella_coffee(days: WorkingDays) -> Iterator[Letter]:
    yield from conversation(
        "A bar for the roastery",
        Said(SHOP, ANA, days.ago(96, "12:01"), "We roast, people watch, and they have nowhere to put their cups."),
        Said(ANA, SHOP, days.ago(95, "09:30"), "A bar along the window, then, at the height of an elbow."),
    )
    yield from conversation("Umbrella News: the Ethiopians have landed", notices.newsletter(days.ago(2, "07:00")))
    yield from conversation(
        "Menu boards",
        Said(ERIN, BEN, days.ago(58, "13:15"), "Our chalk boards list eleven coffees and one spelling mistake. Yours?"),
        Said(BEN, ERIN, days.ago(57, "10:00"), "Sliding letters: any mistake is then your own. Price below."),
        Said(ERIN, BEN, days.ago(44, "17:45"), "Sliding letters it is. Invoice us for four."),
    )
    yield from conversation("Invitation: Tasting with the roasters", notices.invitation(days.ago(9, "11:00")))
    yield from conversation(
        "Machine for the new café",
        Said(FELIX, BEN, days.ago(15, "10:05"), "It weighs as much as a pony. Will the counter hold it?", cc=(ANA,)),
        Said(BEN, FELIX, days.ago(14, "09:20"), "With two more legs it will hold two ponies. Let us meet.", cc=(ANA,)),
    )


def _lighthouse_books(days: WorkingDays) -> Iterator[Letter]:
    yield from conversation(
        "Window display for the winter",
        Said(GRACE, (ANA, BEN), days.ago(5, "09:48"), "Can the lighthouse in the window turn? Slowly, please."),
        Said(ANA, GRACE, days.ago(4, "14:10"), "Once a minute, and silent. Thursday for the fitting?", cc=(BEN,)),
        Said(GRACE, ANA_ALIAS, days.now - timedelta(minutes=100), "Thursday suits us. I will clear the window."),
    )
    yield from conversation(
        "Reading lamps",
        Said(BEN, HUGO, days.ago(78, "11:25"), "The lamps you liked are back, in brass and in green."),
        Said(HUGO, BEN, days.ago(77, "12:40"), "Six in green. Readers do not dare to steal brass ones anyway."),
        Said(BEN, HUGO, days.ago(76, "09:15"), "Six in green, on their way."),
    )
    bulbs = Said(BEN, HUGO, days.ago(7, "15:55"), "The lamps take a smaller bulb than we said. Shall I send a box?")
    yield from conversation(
        "Spare bulbs", bulbs, notices.bounce(BEN, HUGO, bulbs.sent + timedelta(minutes=2), "Spare bulbs")
    )
    yield from conversation(
        "Opening hours sign",
        Said(INES, ANA, days.ago(130, "16:20"), "Could the sign say “until the last page”?"),
        Said(ANA, INES, days.ago(129, "10:50"), "It could. The town hall wants a number as well, so: “about 19 h”."),
    )
    yield from conversation(
        "Key for the delivery entrance",
        Said(THEO, ANA, days.ago(10, "08:30"), "I am new in the stock room. Your driver needs the small key."),
        Said(ANA, THEO, days.ago(10, "09:10"), "Welcome, Theo. He has it on a ribbon now."),
    )


def _harbour_bikes(days: WorkingDays) -> Iterator[Letter]:
    yield from conversation(
        "Workshop benches",
        Said(JONAS, BEN, days.ago(150, "07:40"), "Eight benches that survive a dropped gearbox. Is that furniture?"),
        Said(BEN, JONAS, days.ago(149, "09:00"), "It is now. Beech on steel, and a rubber mat we can replace."),
        Said(JONAS, BEN, days.ago(148, "07:35"), "Make the mats red."),
    )
    yield from conversation("You have won a bicycle", notices.forged(JONAS, BEN, days.ago(11, "03:33")))
    yield from conversation(
        "Repair corner",
        Said(KIRA, ANA_ALIAS, days.ago(225, "11:11"), "A corner where customers may fix their own punctures?"),
        Said(ANA_ALIAS, KIRA, days.ago(224, "15:00"), "With a low stool for the children. I will draw it."),
    )
    yield from conversation(
        "The repair corner, at last",
        Said(ANA, KIRA, days.ago(1, "18:20"), "I owe you a drawing since", mailbox="Drafts"),
    )


def _among_ourselves(days: WorkingDays) -> Iterator[Letter]:
    yield from conversation(
        "Lunch, and the lighthouse",
        Said(ANA, BEN, days.ago(4, "11:50"), "How do we make it turn without a sound? Over soup?"),
        Said(BEN, ANA, days.ago(4, "11:58"), "An old record player. Soup at half past."),
    )
