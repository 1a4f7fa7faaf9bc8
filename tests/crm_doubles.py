"""HubSpot, Salesforce, Pipedrive and a webhook's receiver as small servers on loopback.

What HubSpot's and Salesforce's answer is what clients that others wrote for these are happy with,
and Pipedrive's has the types of its OpenAPI file (outward/test_doubles.py). `requests` are what was
asked, as (method, path, body); `script` may answer in place of the double, once for each call.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, Any, Mapping[str, str]]
Script = Callable[[str, str, Any], "Reply | None"]


class _Quiet(ThreadingHTTPServer):
    """Says nothing of clients that broke off."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Double:
    """`with HubSpotDouble() as crm:`; `people` are key → the person as the vendor shows it."""

    token = "pat-eu1-0000-very-secret"

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.script: Script | None = None
        self.after: Callable[[str, str], None] | None = None
        self.connections = 0
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                double.connections += 1
                super().setup()

            def finish(self) -> None:
                double.connections -= 1
                super().finish()

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                if len(raw) < length:  # whoever asked was killed at it
                    self.close_connection = True
                    return
                try:
                    body = json.loads(raw)
                except ValueError:
                    body = raw.decode()
                double.requests.append((self.command, self.path, body))
                double.headers.append({name.lower(): value for name, value in self.headers.items()})
                reply = double.script(self.command, self.path, body) if double.script else None
                status, answer, headers = reply or double.answer(self.command, self.path, body)
                if double.after is not None:
                    double.after(self.command, self.path)
                text = (
                    b""
                    if answer is None
                    else answer.encode()
                    if isinstance(answer, str)
                    else json.dumps(answer).encode()
                )
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - as http.server calls them

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Any:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_until_idle(self) -> None:
        """Whoever connected before now has been answered, and is gone; also one that was killed
        meanwhile."""
        with contextlib.suppress(OSError), socket.create_connection(self._server.server_address[:2]):  # behind them all
            pass
        while self.connections:
            time.sleep(0.002)

    def answer(self, method: str, path: str, body: Any) -> Reply:
        raise NotImplementedError

    def asked(self, *methods: str) -> list[tuple[str, str, Any]]:
        return [one for one in self.requests if one[0] in methods]


class HubSpotDouble(Double):
    """developers.hubspot.com: CRM v3, contacts; properties; 400 with PROPERTY_DOESNT_EXIST, 207 for
    some."""

    def __init__(self) -> None:
        super().__init__()
        self.properties = {"email", "firstname", "lastname", "hs_additional_emails", "lasttouch_at"}
        self.bad: set[str] = set()

    def contact(self, key: str, email: str, name: str = "") -> None:
        self.people[key] = {"email": email, "firstname": name, "lastname": None}

    def held(self, key: str) -> str | None:
        return self.people[key].get("lasttouch_at") or None

    def answer(self, method: str, path: str, body: Any) -> Reply:
        if self.headers[-1].get("authorization") != f"Bearer {self.token}":
            return 401, {"status": "error", "category": "INVALID_AUTHENTICATION", "message": "token"}, {}
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/crm/v3/properties/contacts/"):
            name = parts.path.rpartition("/")[2]
            return (200, {"name": name, "type": "datetime"}, {}) if name in self.properties else (404, {}, {})
        if method == "GET" and parts.path == "/crm/v3/objects/contacts":
            limit, after = int(query.get("limit", 10)), int(query.get("after", 0))
            keys = sorted(self.people, key=int)
            page = keys[after : after + limit]
            paging = {"paging": {"next": {"after": str(after + limit)}}} if after + limit < len(keys) else {}
            return 200, {"results": [self._shown(key) for key in page], **paging}, {}
        if parts.path.endswith("/batch/read"):
            keys = [one["id"] for one in body["inputs"]]
            return 200, self._batch([self._shown(key) for key in keys if key in self.people]), {}
        if parts.path.endswith("/batch/update"):
            return self._update(body["inputs"])
        return 404, {"status": "error", "message": "no such path"}, {}

    def _update(self, inputs: list[dict[str, Any]]) -> Reply:
        if len(inputs) > 100:
            return 400, {"status": "error", "category": "VALIDATION_ERROR", "message": "more than 100 inputs"}, {}
        unknown = sorted({name for one in inputs for name in one["properties"]} - self.properties)
        if unknown:
            error = {"message": "it does not exist", "error": "PROPERTY_DOESNT_EXIST", "name": unknown[0]}
            message = f"Property values were not valid: {json.dumps([error])}"
            return 400, {"status": "error", "category": "VALIDATION_ERROR", "message": message}, {}
        done, errors = [], []
        for one in inputs:
            if one["id"] in self.bad or one["id"] not in self.people:
                context = {"ids": [one["id"]]}
                errors.append({"status": "error", "category": "OBJECT_NOT_FOUND", "message": "it is read-only",
                               "context": context, "errors": [], "links": {}, "id": "e"})  # fmt: skip
            else:
                self.people[one["id"]].update(one["properties"])
                done.append(self._shown(one["id"]))
        answer = self._batch(done)
        return (207, {**answer, "errors": errors, "numErrors": len(errors)}, {}) if errors else (200, answer, {})

    def _shown(self, key: str) -> dict[str, Any]:
        stamp = "2026-01-01T00:00:00.000Z"
        return {"id": key, "properties": self.people[key], "createdAt": stamp, "updatedAt": stamp, "archived": False}

    @staticmethod
    def _batch(results: list[Any]) -> dict[str, Any]:
        stamp = "2026-01-01T00:00:00.000Z"
        return {"status": "COMPLETE", "results": results, "startedAt": stamp, "completedAt": stamp}


class SalesforceDouble(Double):
    """developer.salesforce.com: OAuth token, query, composite/sobjects, describe. `kind` is our
    field's type."""

    client_id, secret = "3MVG9.client", "a-very-secret-secret"

    def __init__(self) -> None:
        super().__init__()
        self.fields = {"Id", "Name", "Email", "Last_Touch__c"}
        self.kind = "datetime"
        self.bad: set[str] = set()

    def contact(self, key: str, email: str, name: str = "") -> None:
        self.people[key] = {"Id": key, "Name": name, "Email": email, "Last_Touch__c": None}

    def held(self, key: str) -> str | None:
        held: str | None = self.people[key]["Last_Touch__c"]
        return held

    def answer(self, method: str, path: str, body: Any) -> Reply:
        parts = urlsplit(path)
        if parts.path == "/services/oauth2/token":
            form = {name: values[-1] for name, values in parse_qs(str(body)).items()}
            if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.secret):
                return 400, {"error": "invalid_client", "error_description": "no"}, {}
            return 200, {"access_token": self.token, "instance_url": self.url, "token_type": "Bearer"}, {}
        if self.headers[-1].get("authorization") != f"Bearer {self.token}":
            return 401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}], {}
        if parts.path.endswith("/sobjects/Contact/describe"):
            kinds = {"Last_Touch__c": self.kind, "Id": "id", "Email": "email"}
            return 200, {"fields": [{"name": one, "type": kinds.get(one, "string")} for one in sorted(self.fields)]}, {}
        if "/query" in parts.path:
            return self._query(parse_qs(parts.query)["q"][-1])
        if parts.path.endswith("/composite/sobjects") and method == "PATCH":
            return self._update(body["records"])
        return 404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}], {}

    def _query(self, text: str) -> Reply:
        match = re.fullmatch(r"SELECT (?P<names>[\w, ]+?) FROM Contact ?(?P<rest>.*)", text)
        assert match, text
        names = match["names"].replace(" ", "").split(",")
        unknown = [name for name in names if name not in self.fields]
        if unknown:
            message = f"No such column '{unknown[0]}' on entity 'Contact'."
            return 400, [{"errorCode": "INVALID_FIELD", "message": message}], {}
        wanted = re.findall(r"'(\w+)'", match["rest"])
        rows = [one for key, one in self.people.items() if not wanted or key in wanted]
        shown = [{"attributes": {"type": "Contact"}, **{name: one.get(name) for name in names}} for one in rows]
        return 200, {"totalSize": len(shown), "done": True, "records": shown}, {}

    def _update(self, records: list[dict[str, Any]]) -> Reply:
        if len(records) > 200:
            return 400, [{"errorCode": "INVALID_INPUT", "message": "more than 200"}], {}
        results = []
        for one in records:
            values = {name: value for name, value in one.items() if name not in ("attributes", "id")}
            unknown = [name for name in values if name not in self.fields]
            error = None
            if unknown:
                error = {"statusCode": "INVALID_FIELD", "message": f"No such column '{unknown[0]}'", "fields": unknown}
            elif one["id"] in self.bad or one["id"] not in self.people:
                error = {"statusCode": "ENTITY_IS_LOCKED", "message": "the record is locked", "fields": []}
            else:
                for name, value in values.items():
                    text = value and (value[:10] if self.kind == "date" else value.replace("Z", ".000+0000"))
                    self.people[one["id"]][name] = text
            results.append({"id": one["id"], "success": error is None, "errors": [error] if error else []})
        return 200, results, {}


class PipedriveDouble(Double):
    """By Pipedrive's OpenAPI file of API v2: getPersonFields, getPersons, updatePerson, their
    parameters, bounds and types (outward/pipedrive_types.py). How it refuses is what users report
    (client-nodejs 651, client-php 227)."""

    code = "ab" * 20
    _fields_asked, _persons_asked = ("limit", "cursor"), ("limit", "cursor", "ids", "custom_fields")
    _updated = ("name", "owner_id", "org_id", "emails", "phones", "visible_to", "label_ids", "custom_fields")

    def __init__(self) -> None:
        super().__init__()
        self.fields = [
            self.field("Name", "name", "varchar", False), self.field("Emails", "emails", "varchar", False),
            self.field("lasttouch_at", self.code, "date"),
        ]  # fmt: skip
        self.bad: set[str] = set()
        self.passes_over_unknown_fields = False

    @staticmethod
    def field(name: str, code: str, kind: str, custom: bool = True) -> dict[str, Any]:
        return {"field_name": name, "field_code": code, "field_type": kind, "options": None,
                "subfields": None, "is_custom_field": custom, "is_optional_response_field": False}  # fmt: skip

    def contact(self, key: str, email: str, name: str = "") -> None:
        self.people[key] = {
            "id": int(key), "name": name, "first_name": name, "last_name": "", "owner_id": 1, "org_id": 1,
            "add_time": "2026-01-01T00:00:00Z", "update_time": "2026-01-01T00:00:00Z", "is_deleted": False,
            "visible_to": 3, "label_ids": [], "phones": [], "custom_fields": {self.code: None},
            "emails": [{"value": email, "primary": True, "label": "work"}],
        }  # fmt: skip

    def held(self, key: str) -> str | None:
        held: str | None = self.people[key]["custom_fields"].get(self.code)
        return held

    def answer(self, method: str, path: str, body: Any) -> Reply:
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if self.token not in (self.headers[-1].get("x-api-token"), query.pop("api_token", None)):
            return 401, {"success": False, "error": "unauthorized access", "errorCode": 401}, {}
        if method == "GET" and parts.path == "/api/v2/personFields":
            return self._invalid(query, self._fields_asked) or self._page(self.fields, query)
        if method == "GET" and parts.path == "/api/v2/persons":
            return self._invalid(query, self._persons_asked) or self._persons(query)
        key = parts.path.removeprefix("/api/v2/persons/")
        if key not in self.people:
            return 404, {"success": False, "error": "Person not found", "code": "ERR_NOT_FOUND"}, {}
        if method == "PATCH":
            return self._invalid(body, self._updated) or self._update(key, body.get("custom_fields", {}))
        return 200, {"success": True, "data": self.people[key]}, {}

    def _persons(self, query: Mapping[str, str]) -> Reply:
        codes = query["custom_fields"].split(",") if "custom_fields" in query else None
        ids = query["ids"].split(",") if "ids" in query else sorted(self.people, key=int)
        if ("ids" in query and len(ids) > 100) or len(codes or ()) > 15:
            return self._refused("ids: at most 100; custom_fields: at most 15")
        rows = []
        for one in [self.people[key] for key in ids if key in self.people]:
            held = one["custom_fields"]
            asked = held if codes is None else {code: held[code] for code in codes if code in held}
            rows.append({**one, "custom_fields": asked})
        return self._page([one for one in rows if not one["is_deleted"]], query)

    def _page(self, rows: list[dict[str, Any]], query: Mapping[str, str]) -> Reply:
        limit = int(query.get("limit", 100))
        if not 1 <= limit <= 500:
            return self._refused("limit: must be at most 500")
        begin = int(base64.urlsafe_b64decode(query["cursor"])) if "cursor" in query else 0
        further = base64.urlsafe_b64encode(str(begin + limit).encode()).decode() if begin + limit < len(rows) else None
        page = {"data": rows[begin : begin + limit], "additional_data": {"next_cursor": further}}
        return 200, {"success": True, **page}, {}

    def _update(self, key: str, values: Mapping[str, Any]) -> Reply:
        kinds = {one["field_code"]: one["field_type"] for one in self.fields}
        if key in self.bad:
            return 403, {"success": False, "error": "You do not have permission to do this"}, {}
        for code, value in values.items():
            if code not in kinds and not self.passes_over_unknown_fields:
                return self._refused(f"custom_fields: Field '{code}' does not exist")
            if value is not None and kinds.get(code) == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is None:
                return self._refused(f"custom_fields: Expected 'date' as value of '{code}'")
        self.people[key]["custom_fields"] |= {code: value for code, value in values.items() if code in kinds}
        return 200, {"success": True, "data": self.people[key]}, {}

    def _invalid(self, given: Mapping[str, Any], known: Sequence[str]) -> Reply | None:
        unknown = [f"{one}: Parameter '{one}' is not allowed for this request" for one in given if one not in known]
        return self._refused("; ".join(unknown)) if unknown else None

    @staticmethod
    def _refused(why: str) -> Reply:
        said = {"success": False, "error": f"Validation failed: {why}", "code": "ERR_SCHEMA_VALIDATION_FAILED"}
        return 400, said, {}


class Receiver(Double):
    """Of a webhook: keeps what came, with its headers, and says 204."""

    def answer(self, method: str, path: str, body: Any) -> Reply:
        return 204, None, {}

    @property
    def ids(self) -> list[str]:
        return [one["webhook-id"] for one in self.headers]


def slow(seconds: float) -> Callable[[str, str], None]:
    """An answer that comes late, after all was done."""

    def wait(method: str, _: str) -> None:
        if method != "GET":
            time.sleep(seconds)

    return wait
