"""A contact to write with."""

from __future__ import annotations

import pytest

from household import Household


@pytest.fixture
def bob(household: Household) -> None:
    household.add_account("nobody", "nobody")
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.accounts.clear()
