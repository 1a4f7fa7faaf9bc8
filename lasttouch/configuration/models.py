"""The sections of a configuration as models of pydantic, which finds all problems at once, each
with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pydantic
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationInfo,
    WrapValidator,
    create_model,
    field_validator,
)

from lasttouch.configuration.sections import Check, Checked, Converted, Section, types_of

_STRICT = ConfigDict(extra="forbid", strict=True, validate_default=True)


@cache
def adapter_of(section: Any) -> TypeAdapter[Any]:
    """What makes this class of Section of a table of the file; `validate_python` raises
    ValidationError."""
    return TypeAdapter(_type_of(section))


def _type_of(kind: Any) -> Any:
    """The type of an option in pydantic's words."""
    if isinstance(kind, type):
        return Annotated[_model_of(kind), WrapValidator(_maker(kind))] if issubclass(kind, Section) else kind
    if hasattr(kind, "__metadata__"):
        return Annotated[_type_of(kind.__origin__), *map(_validator, kind.__metadata__)]
    if get_origin(kind) is list:
        return list[_type_of(*get_args(kind))]  # type: ignore[misc]
    if get_origin(kind) in (Union, UnionType):
        return reduce(or_, map(_type_of, get_args(kind)))
    return kind


def _model_of(section: type[Section]) -> type[BaseModel]:
    types = types_of(section)  # type: ignore[arg-type] # every class is hashable
    options: dict[str, Any] = {one.name: (_type_of(types[one.name]), _default(one)) for one in fields(section)}
    checks: dict[str, Any] = {
        f"check_of_{option}": field_validator(option)(_with_those_before(check))
        for option, check in section.checks.items()
    }
    return create_model(section.__name__, __config__=_STRICT, __validators__=checks, **options)


def _maker(section: type[Section]) -> Callable[[Any, Callable[[Any], Any]], Section]:
    def made(value: Any, checked: Callable[[Any], Any]) -> Section:
        return value if isinstance(value, section) else section(**dict(checked(value)))  # it may be a default

    return made


def _validator(one: object) -> object:
    if isinstance(one, Converted):
        return BeforeValidator(one.convert)
    return AfterValidator(one.check) if isinstance(one, Checked) else one


def _default(option: Field[Any]) -> Any:
    if option.default_factory is not MISSING:
        return pydantic.Field(default_factory=option.default_factory)
    return ... if option.default is MISSING else option.default


def _with_those_before(check: Check) -> Any:
    def validate(_: type[BaseModel], value: Any, info: ValidationInfo) -> Any:
        return check(value, info.data)

    return classmethod(validate)
