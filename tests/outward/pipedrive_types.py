"""The types of what Pipedrive answers, as its OpenAPI file of API v2 gives them (JSON Schema, what
we or it rely on).

Read there: GetPersonFieldsResponse, GetPersonsResponse, UpsertPersonResponse, and the pages of both
lists. `nullable` is "null" beside the type; a property that is none of those listed there fails.
"""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_FLAG = {"type": "boolean"}
_KINDS = [
    "int", "double", "boolean", "varchar", "text", "phone", "varchar_options", "varchar_auto", "date", "daterange",
    "time", "timerange", "enum", "set", "address", "monetary", "deal", "deals", "lead", "org", "people", "project",
    "stage", "user", "activity", "json", "picture", "status", "visible_to", "price_list", "billing_frequency",
    "projects_board", "projects_phase",
]  # fmt: skip


def _object(required: list[str], **properties: object) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_ADDRESSES = {"type": "array", "items": _object([], value=_TEXT, primary=_FLAG, label=_TEXT)}
_PERSON = _object(
    ["id", "name", "emails", "custom_fields"],
    id=_NUMBER, name=_TEXT, first_name=_TEXT, last_name=_TEXT, owner_id=_NUMBER, org_id=_NUMBER, add_time=_TEXT,
    update_time=_TEXT, emails=_ADDRESSES, phones=_ADDRESSES, is_deleted=_FLAG, visible_to=_NUMBER,
    label_ids={"type": "array", "items": _NUMBER}, picture_id=_NUMBER, job_title=_TEXT,
    custom_fields={"type": "object", "patternProperties": {"^[0-9a-f]{40}$": {}}, "additionalProperties": False},
)  # fmt: skip
_FIELD = _object(
    ["field_name", "field_code", "field_type", "is_custom_field", "is_optional_response_field"],
    field_name=_TEXT, field_code=_TEXT, field_type={"enum": _KINDS}, is_custom_field=_FLAG,
    is_optional_response_field=_FLAG, options={"type": ["array", "null"]}, subfields={"type": ["array", "null"]},
)  # fmt: skip
_MORE = _object(["next_cursor"], next_cursor={"type": ["string", "null"]})
_SUCCESS = {"const": True}

PERSON_FIELDS = _object(
    ["success", "data", "additional_data"],
    success=_SUCCESS, data={"type": "array", "items": _FIELD}, additional_data=_MORE,
)  # fmt: skip
PERSONS = _object(
    ["success", "data", "additional_data"],
    success=_SUCCESS, data={"type": "array", "items": _PERSON}, additional_data=_MORE,
)  # fmt: skip
UPDATED = _object(["success", "data"], success=_SUCCESS, data=_PERSON)
