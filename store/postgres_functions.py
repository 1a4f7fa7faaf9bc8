"""What SQLite has a word for and PostgreSQL has not, as functions within the schema of a log."""

from __future__ import annotations

FUNCTIONS = """
CREATE FUNCTION instr(text, text) RETURNS bigint IMMUTABLE LANGUAGE sql AS $$ SELECT strpos($1, $2)::bigint $$;
CREATE FUNCTION substr(text, bigint) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT pg_catalog.substr($1, $2::int) $$;
CREATE FUNCTION substr(text, bigint, bigint) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT pg_catalog.substr($1, $2::int, $3::int) $$;
CREATE FUNCTION iif(boolean, bigint, bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS $$ SELECT CASE WHEN $1 THEN $2 ELSE $3 END $$;
CREATE FUNCTION iif(boolean, text, text) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT CASE WHEN $1 THEN $2 ELSE $3 END $$;
CREATE FUNCTION min(bigint, bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS $$ SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN $1 < $2 THEN $1 ELSE $2 END $$;
CREATE FUNCTION max(bigint, bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS $$ SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN $1 > $2 THEN $1 ELSE $2 END $$;
CREATE FUNCTION max(bigint, bigint, bigint) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS $$ SELECT CASE WHEN $1 IS NULL OR $2 IS NULL OR $3 IS NULL THEN NULL ELSE greatest($1, $2, $3) END $$;
CREATE FUNCTION number_of(bigint, boolean) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS $$ SELECT CASE WHEN $2 THEN coalesce($1, 0) + 1 WHEN $2 IS NULL THEN $1 ELSE coalesce($1, 0) END $$;
CREATE AGGREGATE sum(boolean) (SFUNC = number_of, STYPE = bigint);
CREATE AGGREGATE max(boolean) (SFUNC = boolor_statefunc, STYPE = boolean);
CREATE AGGREGATE min(boolean) (SFUNC = booland_statefunc, STYPE = boolean);
CREATE FUNCTION plus(boolean, boolean) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS $$ SELECT ($1::int + $2::int)::bigint $$;
CREATE OPERATOR + (LEFTARG = boolean, RIGHTARG = boolean, FUNCTION = plus);
CREATE FUNCTION is_as_number(boolean, bigint) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1::int = $2 $$;
CREATE OPERATOR = (LEFTARG = boolean, RIGHTARG = bigint, FUNCTION = is_as_number);
CREATE FUNCTION glob(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
    SELECT $1 LIKE replace(replace(replace(replace(replace($2, chr(92), chr(92) || chr(92)), '%', chr(92) || '%'),
        '_', chr(92) || '_'), '*', '%'), '?', '_') $$;
CREATE OPERATOR @~ (LEFTARG = text, RIGHTARG = text, FUNCTION = glob);
CREATE FUNCTION strftime(text, text) RETURNS text STABLE LANGUAGE sql
    AS $$ SELECT floor(extract(epoch FROM clock_timestamp()))::bigint::text $$;
CREATE FUNCTION strftime(text, bigint, text) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT to_char(to_timestamp($2) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') $$;
CREATE FUNCTION json_each(text) RETURNS TABLE (value text) IMMUTABLE LANGUAGE sql
    AS $$ SELECT * FROM json_array_elements_text($1::json) $$;
"""
OF_A_LOG = """
CREATE VIEW sqlite_schema AS
    SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'i' THEN 'index' ELSE 'table' END AS type, relname::text AS name,
        relname::text AS tbl_name, obj_description(oid, 'pg_class') AS sql
    FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'i')
        AND relname NOT LIKE 'sqlite%'
    UNION ALL
    SELECT 'trigger', t.tgname::text, c.relname::text, obj_description(t.oid, 'pg_trigger')
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND t.tgname NOT LIKE 'log_%';
CREATE TABLE log_revision (number bigint NOT NULL);
INSERT INTO log_revision VALUES (1);
CREATE FUNCTION log_revised() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE log_revision SET number = number + 1 WHERE xmin <> pg_current_xact_id()::xid; RETURN NULL; END $$;
"""

"""What SQLite tells of itself, and the revision of what is judged by."""

REVISED_BY = (
    "contact", "contact_email", "contact_key", "contact_holder", "company", "company_domain", "held_domain",
    "forgotten", "user", "account_share", "account_reader", "narrowed_share", "account",
)  # fmt: skip
"""Tables by which is judged and matched: whoever has begun a batch by what stood there begins once more."""


def revising(table: str) -> str:
    """Note that something by which is judged has changed."""
    return (
        f'CREATE TRIGGER log_revised AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION log_revised()"
    )


def numbered(table: str, column: str) -> str:
    """A sequence that follows numbers which were given by hand."""
    sequence = f"{table}_{column}_seq"
    return f"""
    CREATE FUNCTION log_{table}_numbered() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE newest bigint; BEGIN
        SELECT max({column}) INTO newest FROM given;
        IF newest > (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}) THEN
            PERFORM setval('{sequence}', newest);
        END IF;
        RETURN NULL; END $$;
    CREATE TRIGGER log_numbered AFTER INSERT ON {table} REFERENCING NEW TABLE AS given
        FOR EACH STATEMENT EXECUTE FUNCTION log_{table}_numbered()"""


def numbers(tables: dict[str, str]) -> str:
    """The highest number that was ever given to a row of each of these tables (with their columns)."""
    selects = [
        f"SELECT '{table}' AS name, CASE WHEN is_called THEN last_value ELSE 0 END AS seq FROM {table}_{column}_seq"
        for table, column in tables.items()
    ]
    return f"CREATE VIEW sqlite_sequence AS {' UNION ALL '.join(selects)}"
