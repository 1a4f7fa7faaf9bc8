"""Members of a team who connect to the log's PostgreSQL by themselves, with a role of their own.

A member finds a schema of theirs, whose views show what their audience's do (see postgres_scoped.py), and nothing where
that may be out of date: as soon as anything has changed by which it is said who may see what, until the program has
looked again. Whose schema it is says `session_user`, which no SET ROLE changes.
"""

from __future__ import annotations

from activity.errors import UsageError
from store.postgres_log import ServerConnection
from store.postgres_scoped import ScopedConnection, quoted

_LONGEST = 63
_SAYS_WHO_SEES = (
    "user", "user_team", "account", "account_share", "account_reader", "narrowed_share", "private_contact",
    "private_address", "private_company", "retired_account", "place_rights", "place_reader", "setting",
)  # fmt: skip
_MADE = """
BEGIN READ WRITE;
CREATE TABLE log_member (
    role name PRIMARY KEY, user_id bigint NOT NULL UNIQUE, audience text, sharing bigint, through bigint);
CREATE TABLE log_sharing (number bigint NOT NULL);
INSERT INTO log_sharing VALUES (1);
CREATE FUNCTION log_shared() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE log_sharing SET number = number + 1; RETURN NULL; END $$;
CREATE FUNCTION log_sees(text) RETURNS boolean STABLE SECURITY DEFINER LANGUAGE sql
    SET search_path = {log}, pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM log_member m WHERE m.role = session_user AND m.audience = $1
        AND m.sharing = (SELECT number FROM log_sharing)
        AND m.through >= coalesce((SELECT min(number) FROM change), 0)
        AND NOT EXISTS (SELECT 1 FROM change c WHERE c.number > m.through AND (c.kind IN (1, 2)
            OR EXISTS (SELECT 1 FROM private_contact) OR EXISTS (SELECT 1 FROM private_address)
            OR EXISTS (SELECT 1 FROM private_company)))) $$;
REVOKE ALL ON FUNCTION log_sees(text) FROM PUBLIC;
{triggers}
COMMIT
"""
_TRIGGER = """CREATE TRIGGER log_shared AFTER INSERT OR UPDATE OR DELETE ON "{}"
    FOR EACH STATEMENT EXECUTE FUNCTION log_shared();"""


def members(connection: ServerConnection) -> list[tuple[str, int]]:
    """(role, user) of those who were let in."""
    if "log_member" not in connection.tables():
        return []
    return [(role, user) for role, user in connection.execute("SELECT role::text, user_id FROM log_member")]


def let_in(connection: ServerConnection, role: str, user_id: int) -> None:
    """This role is this user's from now on; it sees something once `open_door` was there. Raises UsageError."""
    query = """SELECT rolsuper OR rolbypassrls OR pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles
        WHERE rolname = ?"""
    row = connection.execute(query, (role,)).fetchone()
    if row is None:
        raise UsageError(f"the server has no role {role!r}", f'make it: CREATE ROLE "{role}" LOGIN')
    if row[0]:
        raise UsageError(f"the role {role!r} reads everything anyway", "give them a role without such rights")
    if len(_door(connection, role).encode()) > _LONGEST:
        raise UsageError(f"the role {role!r} has too long a name", "take a shorter one")
    if "log_member" not in connection.tables():
        triggers = "\n".join(_TRIGGER.format(name) for name in _SAYS_WHO_SEES)
        connection.run(_MADE.format(log=quoted(connection.server.schema), triggers=triggers))
    shut_out(connection, user_id)
    connection.execute("INSERT INTO log_member (role, user_id) VALUES (?, ?)", (role, user_id))


def shut_out(connection: ServerConnection, user_id: int) -> bool:
    """No role is this user's any more; False where none was."""
    roles = [role for role, user in members(connection) if user == user_id]
    for role in roles:
        connection.run(f"DROP SCHEMA IF EXISTS {quoted(_door(connection, role))} CASCADE")
        connection.execute("DELETE FROM log_member WHERE role = ?::name", (role,))
    return bool(roles)


def standing(connection: ServerConnection) -> tuple[int, int]:
    """The numbers of what says who may see what, and of the last change, to be had before it is looked at."""
    query = "SELECT (SELECT number FROM log_sharing), (SELECT coalesce(max(number), 0) FROM change)"
    sharing, through = connection.execute(query).fetchone() or (0, 0)
    return sharing, through


def open_door(connection: ServerConnection, role: str, seen: ScopedConnection, stood: tuple[int, int]) -> None:
    """What is `seen` is shown to this role, as long as everything is as it `stood`."""
    query = "SELECT audience, sharing, through FROM log_member WHERE role = ?::name"
    (audience, *before) = connection.execute(query, (role,)).fetchone() or (None,)
    door, log = quoted(_door(connection, role)), quoted(connection.server.schema)
    if audience == seen.audience and before == [*stood]:
        return
    script = ["BEGIN READ WRITE"]
    if audience != seen.audience:
        script += [
            f"DROP SCHEMA IF EXISTS {door} CASCADE", f"CREATE SCHEMA {door}",
            *(
                f"CREATE VIEW {door}.{quoted(name)} WITH (security_barrier) AS SELECT * FROM"
                f" {quoted(seen.audience)}.{quoted(name)} WHERE (SELECT {log}.log_sees('{seen.audience}'))"
                for name in seen.shown()
            ),
            f"GRANT USAGE ON SCHEMA {door} TO {quoted(role)}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {door} TO {quoted(role)}",
            f"GRANT EXECUTE ON FUNCTION {log}.log_sees(text) TO {quoted(role)}",
        ]  # fmt: skip
    said = role.replace("'", "''")
    sharing, through = stood
    script.append(
        f"UPDATE {log}.log_member SET audience = '{seen.audience}', sharing = {sharing}, through = {through}"
        f" WHERE role = '{said}'"
    )
    connection.run("; ".join([*script, "COMMIT"]))


def _door(connection: ServerConnection, role: str) -> str:
    return f"{connection.server.schema}_as_{role}"
