"""Where a person's rows are: found by the columns of a table, whichever table it is."""

import json
import re
from collections.abc import Mapping
from urllib.parse import quote

import duckdb

from leadhouse.forgetting.person import Person
from leadhouse.inputs.sql import identifier, literal

# What stands there of her are hashes, or what an erasure goes by until it is done; models are no
# rows of hers, and are listed instead.
_LEFT_ALONE = {
    "erasures",
    "erasure_models",
    "unfinished_erasures",
    "publications",
    "suppressions",
    "suppression_salt",
    "trained_models",
}
# A letter before an address makes another of it (joann@ of ann@), unless it ends what stands for
# another sign: %20 in a URL, \n in JSON. Signs alone (-ann@, ann@example.com.) do not.
_BEFORE_ADDRESS = (
    r"(^|[^\p{L}\p{N}._%+-]|%([013-9a-f][0-9a-f]|2[0-9acf])|\\[bfnrt]|\\u[0-9a-f]{4})[._%+-]*"
)
_AFTER_ADDRESS = r"($|[^\p{L}\p{N}._-]|[._-]+($|[^\p{L}\p{N}._-]))"
# Signs that stand as they are everywhere.
_AS_IT_IS = re.compile(r"[a-z0-9._-]+")


def tables_of(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    """The columns of each table of ours that may hold her, with their types.

    Other schemas, such as that of `raw_schema`, are the user's own, and seeds are of no person.
    """
    tables: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, sql_type in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns()"
        " semi join duckdb_tables() using (database_oid, schema_oid, table_oid)"
        " where database_name = current_database()"
        " and schema_name in ('main', 'main_operations', 'main_raw')"
        " order by schema_name, table_name, column_index"
    ).fetchall():
        if table not in _LEFT_ALONE:
            tables.setdefault((schema, table), {})[column] = sql_type
    return tables


def rows_of(columns: Mapping[str, str], person: Person) -> str | None:
    """The condition by which the rows of a table are a person's, as SQL; None if none can be.

    A row is hers if it names one of her lead ids, also as another's (the lead that an account is to
    begin with, say) or, as a rejected row, has one among its values; if it is of her device and
    names no lead; or if her e-mail address stands somewhere in it.

    Args:
        columns: of the table, with their DuckDB types.
        person: whose rows they are.
    """
    lead_ids, devices = _list(person.lead_ids), _list(person.devices)
    conditions = []
    for name, sql_type in columns.items():
        column = identifier(name)
        if "VARCHAR" not in sql_type and sql_type != "JSON":
            continue
        if sql_type == "VARCHAR":
            if name == "lead_id" or name.endswith("_lead_id"):
                conditions.append(f"list_contains({lead_ids}, {column})")
            elif name == "entity_id":
                conditions.append(f"entity = 'lead' and list_contains({lead_ids}, {column})")
            elif name == "event_key":
                conditions.append(f"key_kind = 'lead' and list_contains({lead_ids}, {column})")
                conditions.append(f"key_kind = 'visitor' and list_contains({devices}, {column})")
            elif name == "row_text":
                values = f"map_values(cast(cast({column} as json) as map(varchar, varchar)))"
                conditions.append(f"list_has_any({values}, {lead_ids})")
                conditions.append(f"list_has_any({values}, {devices})")
            elif name == "anonymous_id":
                nobody = " and lead_id is null" if is_of_events(columns) else ""
                conditions.append(f"list_contains({devices}, {column}){nobody}")
        elif name.endswith("lead_ids"):
            conditions.append(f"list_has_any({column}, {lead_ids})")
        conditions += [_has_address(column, address) for address in person.addresses]
    return " or ".join(f"coalesce({condition}, false)" for condition in conditions) or None


def _has_address(column: str, address: str) -> str:
    """Whether an address stands in a text, a URL or JSON, and is no part of a longer one."""
    text = f"lower(cast({column} as varchar))"
    pattern = _BEFORE_ADDRESS + "".join(map(_as_written, address)) + _AFTER_ADDRESS
    # The first finds most rows to be without, and is far faster.
    as_it_is = max(_AS_IT_IS.findall(address), key=len, default="")
    return f"(contains({text}, {literal(as_it_is)}) and regexp_matches({text}, {literal(pattern)}))"


def _as_written(sign: str) -> str:
    """A pattern of the ways in which a sign may stand: as it is, in a URL, in JSON."""
    ways = {
        way.lower()
        for case in (sign, sign.upper())
        for way in (case, quote(case, safe=""), json.dumps(case)[1:-1])
    }
    return f"({'|'.join(map(re.escape, sorted(ways)))})"


def is_of_events(columns: Mapping[str, str]) -> bool:
    """Whether rows of her device may be another's, who is named beside it."""
    return {"anonymous_id", "lead_id", "event_type"} <= columns.keys()


def _list(texts: tuple[str, ...]) -> str:
    return f"cast([{', '.join(map(literal, texts))}] as varchar[])"
