"""What is not looked at any further, for its chance is too low, would not have made a line if it
had been."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from activity.mark import ANSWERED
from lasttouch.answers.expectations import Past, _expectation, at_best
from matchers.expectation import DAY, PRIORS, Case, Hand, Rates, Standing

SIZES = ("a word", "brief", "short", "medium", "long", "very long", "of unknown size")
counts = st.floats(0, 60)


@st.composite
def hands(draw: st.DrawFn) -> Hand:
    return Hand(given=draw(counts), expected=draw(counts), answered=draw(counts), awaited=draw(counts))


@st.composite
def rates(draw: st.DrawFn) -> Rates:
    number = draw(st.integers(0, 200))
    kinds = [f"{place}/{size}" for place in PRIORS for size in SIZES]
    answered = st.integers(0, number)
    cases = {kind: (float(given := draw(answered)), given, number) for kind in draw(st.sets(st.sampled_from(kinds)))}
    delays = sorted(draw(st.lists(st.integers(60, 60 * DAY), max_size=20)))
    return Rates(cases, delays=delays, clear=(float(draw(answered)), number))


cases = st.builds(
    Case,
    st.sampled_from(sorted(PRIORS)),
    st.sampled_from(SIZES),
    st.frozensets(st.sampled_from(("several", "attached", "forwarded", "question"))),
    st.just(frozenset()),
)
standings = st.builds(Standing, st.lists(cases, min_size=1, max_size=3).map(tuple), hands(), hands(), st.booleans())


@given(
    one=standings, learned=rates(), for_us=st.booleans(), filing=st.floats(0, 0.97), age=st.integers(0, 90 * DAY),
    bits=st.sampled_from((0, ANSWERED)), filed=st.sampled_from((None, True, False)),
)  # fmt: skip
def test_no_chance_is_better_than_the_best_that_is_kept_in_percent_allows(
    one: Standing, learned: Rates, for_us: bool, filing: float, age: int, bits: int, filed: bool | None
) -> None:
    known = Past(for_us, learned, filing, bar=0.15)
    kept = round(100 * learned.wanted(one)) / 100
    looked_at = filed if for_us and filing > 0.3 else None
    assert _expectation(one, known, age, bits, looked_at).chance <= at_best(known, kept)
