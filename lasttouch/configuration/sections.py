"""Tables of the configuration as frozen dataclasses, whose annotations say what each option must
be.

A text is checked by `checking.py`, with pydantic (`models.py`). One that was checked before is only
read, by `of_checked`: that takes no pydantic, whose import alone takes longer than a pass that
finds nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import (
    Any,
    ClassVar,
    NamedTuple,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from lasttouch.late_imports import imported_late

with imported_late(inspect=()):  # of which dataclasses need nothing where each class has its text
    from dataclasses import MISSING, dataclass, fields
    from dataclasses import field as field  # noqa: PLC0414 - for who declares options

Check = Callable[[Any, Mapping[str, Any]], Any]
"""Gets the value of an option and those of the options before it; returns it, or raises ValueError.
"""


class Converted(NamedTuple):
    """The option holds what `convert` makes of the value in the file; ValueError says what is wrong
    with it."""

    convert: Callable[[Any], Any]


class Checked(NamedTuple):
    """The option holds the value in the file, which `check` returns as it is; ValueError as above."""

    check: Callable[[Any], Any]


T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def section(of: type[T]) -> type[T]:
    """A dataclass, frozen to who checks types; nobody compares or prints one, and to make the code
    for all that, or for one `__init__` a class, takes longer than a query."""
    return dataclass(kw_only=True, init=False, eq=False, repr=False)(of)


@section
class Section:
    """`checks` are what no annotation can say, by the option behind which each is asked."""

    checks: ClassVar[Mapping[str, Check]] = {}

    def __init__(self, **given: Any) -> None:
        options = {one.name: one for one in fields(self)}
        if unknown := given.keys() - options:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        for name, option in options.items():
            if name in given:
                value = given[name]
            elif option.default_factory is not MISSING:
                value = option.default_factory()
            elif option.default is not MISSING:
                value = option.default
            else:
                raise TypeError(f"{type(self).__name__} lacks {name}")
            setattr(self, name, value)

    @classmethod
    def of_checked(cls, table: Mapping[str, Any]) -> Self:
        """The section that stands in a table of a file which was checked before."""
        types = types_of(cls)  # type: ignore[arg-type] # every class is hashable
        return cls(**{option: _read(types[option], value) for option, value in table.items()})


@cache
def types_of(section: Any) -> dict[str, Any]:
    """Option → its type, with what `Annotated` says beside it."""
    return get_type_hints(section, include_extras=True)


def _read(kind: Any, value: Any) -> Any:
    """A value of a checked file as an option of this type holds it."""
    if isinstance(kind, type):
        return kind.of_checked(value) if issubclass(kind, Section) else value
    if hasattr(kind, "__metadata__"):
        for one in kind.__metadata__:
            value = one.convert(value) if isinstance(one, Converted) else value
        return _read(kind.__origin__, value)
    if get_origin(kind) is list:
        (kind_of_one,) = get_args(kind)
        return [_read(kind_of_one, one) for one in value]
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (one for one in get_args(kind) if one is not NoneType)
        return _read(kind, value)
    return value
