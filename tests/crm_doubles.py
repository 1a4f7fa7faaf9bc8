"""HubSpot, Salesforce, Pipedrive and a webhook's receiver as small servers on loopback.

What HubSpot's and Salesforce's answer is what a client that others wrote for these is happy with
(outward/test_doubles.py). Pipedrive's has no such witness: it was written from memory, see docs/targets.md.
`requests` are what was asked, as (method, path, body); `script` may answer in place of the double, once for each call.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, Any, Mapping[str, str]]
Script = Callable[[str, str, Any], "Reply | None"]


class Double:
    """`with HubSpotDouble() as crm:`; `people` are key → the person as the vendor shows it."""

    token = "pat-eu1-0000-very-secret"

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.script: Script | None = None
        self.after: Callable[[str, str], None] | None = None
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
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

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Any:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: Any) -> Reply:
        raise NotImplementedError

    def asked(self, *methods: str) -> list[tuple[str, str, Any]]:
        return [one for one in self.requests if one[0] in methods]


class HubSpotDouble(Double):
    """developers.hubspot.com: CRM v3, contacts; properties; 400 with PROPERTY_DOESNT_EXIST, 207 for some."""

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
    """developer.salesforce.com: OAuth token, query, composite/sobjects, describe. `kind` is our field's type."""

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
    """Of API v2, from memory: personFields, persons."""

    code = "ab" * 20

    def __init__(self) -> None:
        super().__init__()
        self.fields = [{"field_name": "lasttouch_at", "field_code": self.code, "field_type": "date"}]
        self.bad: set[str] = set()

    def contact(self, key: str, email: str, name: str = "") -> None:
        self.people[key] = {"id": int(key), "name": name, "custom_fields": {self.code: None},
                            "emails": [{"value": email, "primary": True, "label": "work"}]}  # fmt: skip

    def held(self, key: str) -> str | None:
        held: str | None = self.people[key]["custom_fields"].get(self.code)
        return held

    def answer(self, method: str, path: str, body: Any) -> Reply:
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if self.headers[-1].get("x-api-token") != self.token:
            return 401, {"success": False, "error": "unauthorized access"}, {}
        if parts.path == "/api/v2/personFields":
            return 200, {"success": True, "data": self.fields, "additional_data": {"next_cursor": None}}, {}
        if parts.path == "/api/v2/persons" and method == "GET":
            ids = query["ids"].split(",") if "ids" in query else sorted(self.people, key=int)
            begin, limit = int(query.get("cursor") or 0), int(query.get("limit") or 100)
            page = [self.people[key] for key in ids[begin : begin + limit] if key in self.people]
            further = str(begin + limit) if begin + limit < len(ids) else None
            return 200, {"success": True, "data": page, "additional_data": {"next_cursor": further}}, {}
        key = parts.path.removeprefix("/api/v2/persons/")
        if method == "PATCH" and key in self.people:
            unknown = set(body["custom_fields"]) - {one["field_code"] for one in self.fields}
            if unknown or key in self.bad:
                why = f"Invalid field key {sorted(unknown)[0]}" if unknown else "it is locked"
                return 400, {"success": False, "error": why}, {}
            self.people[key]["custom_fields"].update(body["custom_fields"])
            return 200, {"success": True, "data": self.people[key]}, {}
        return 404, {"success": False, "error": "Person not found"}, {}


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
