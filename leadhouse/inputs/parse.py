"""SQL expressions that turn what a user wrote into what the contract asks for.

Each takes the SQL of a value and its DuckDB type and gives SQL of the contract's type: null where the
value is missing or cannot be read, never an error. Formats are listed in docs/inputs.md; what is
ambiguous (03/04/2025, 1.234,56, a bare integer for a time) is not guessed.
"""

from leadhouse.inputs.contract import Kind

_WHOLE = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
}
_WHOLE |= {"UBIGINT", "UHUGEINT"}
_FLOATING = {"FLOAT", "DOUBLE"}
_ZONELESS = {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"}
_ZONED = {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS WITH TIME ZONE"}
_NESTED = ("STRUCT(", "MAP(", "UNION(", "VARIANT", "GEOMETRY")
# The type of a Parquet column in which every value is null, as pandas writes them.
NULL_TYPE = "NULL"

_DATE = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_OFFSET = r"[+-]\d{2}(:?\d{2})?"
_UTC_TEXT = rf"{_DATE}([ T]{_CLOCK} ?(Z|UTC)?)?"
_OFFSET_TEXT = rf"{_DATE}[ T]{_CLOCK} ?{_OFFSET}"
_NUMBER_TEXT = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"


def is_text(sql_type: str) -> bool:
    """Whether values of this DuckDB type are text, and so can hold anything at all."""
    return sql_type == "VARCHAR" or sql_type.startswith("ENUM")


def is_scalar(sql_type: str) -> bool:
    """Whether a value of this DuckDB type is one thing: not a list, a struct, a map or bytes."""
    return not (sql_type.startswith(_NESTED) or sql_type.endswith("]") or sql_type == "BLOB")


def accepts(kind: Kind, sql_type: str) -> bool:
    """Whether a column of this DuckDB type can be a column of this kind. An all-null column can."""
    if is_text(sql_type) or sql_type == NULL_TYPE:
        return True
    match kind:
        case Kind.TEXT:
            return is_scalar(sql_type)
        case Kind.JSON:
            return sql_type == "JSON" or (not is_scalar(sql_type) and sql_type != "BLOB")
        case Kind.TIME:
            return sql_type in _ZONELESS | _ZONED
        case Kind.NUMBER:
            return sql_type in _WHOLE | _FLOATING or sql_type.startswith("DECIMAL(")
        case Kind.BOOLEAN:
            return sql_type == "BOOLEAN" or sql_type in _WHOLE


def present(value: str, sql_type: str) -> str:
    """The value, or null where there is nothing: blank text, not-a-number."""
    if is_text(sql_type):
        return rf"nullif(trim(cast({value} as varchar), e' \t\r\n'), '')"
    if sql_type in _FLOATING:
        return f"nullif({value}, 'nan')"
    return value


def parsed(kind: Kind, value: str, sql_type: str) -> str:
    """The value as the contract's type; `value` is what `present` gave."""
    if sql_type == NULL_TYPE:
        return f"cast(null as {kind.sql_type})"
    match kind:
        case Kind.TEXT:
            return text(value, sql_type)
        case Kind.JSON:
            return _json(value, sql_type)
        case Kind.TIME:
            return _time(value, sql_type)
        case Kind.NUMBER:
            return _number(value, sql_type)
        case Kind.BOOLEAN:
            return _boolean(value, sql_type)


def can_fail(kind: Kind, sql_type: str) -> bool:
    """Whether a present value of this type may turn out not to be readable as the kind."""
    if is_text(sql_type):
        return kind is not Kind.TEXT
    return (kind is Kind.NUMBER and sql_type in _FLOATING) or (
        kind is Kind.BOOLEAN and sql_type in _WHOLE
    )


def text(value: str, sql_type: str) -> str:
    """Any scalar as text. 123.0 becomes 123: pandas makes floats of whole ids with gaps."""
    if is_text(sql_type):
        return value
    if sql_type in _FLOATING:
        return (
            f"coalesce(cast(try_cast(case when {value} = trunc({value}) then {value} end as bigint)"
            f" as varchar), cast({value} as varchar))"
        )
    return f"cast({value} as varchar)"


def _json(value: str, sql_type: str) -> str:
    if is_text(sql_type) or sql_type == "JSON":
        return f"case when json_valid({value}) then cast({value} as varchar) end"
    return f"cast(to_json({value}) as varchar)"


def _time(value: str, sql_type: str) -> str:
    if sql_type in _ZONED:
        return f"timezone('UTC', cast({value} as timestamptz))"
    if sql_type in _ZONELESS:
        return f"cast({value} as timestamp)"
    return time_from_text(value)


def time_from_text(value: str) -> str:
    """ISO 8601 text as a timestamp in UTC; text without an offset is UTC already.

    The session's time zone has no say: DuckDB's own cast to TIMESTAMP drops an offset in silence, and
    its cast to TIMESTAMPTZ takes text without one as local, so each form gets the cast that is right.
    """
    local = f"try_cast(regexp_replace({value}, ' ?{_OFFSET}$', '') as timestamp)"
    offset = f"regexp_extract({value}, '{_OFFSET}$')"
    return (
        "case"
        f" when regexp_full_match({value}, '{_UTC_TEXT}')"
        f" then try_cast(rtrim({value}, ' ZUTC') as timestamp)"
        f" when regexp_full_match({value}, '{_OFFSET_TEXT}')"
        f" then timezone('UTC', try_cast(cast({local} as varchar) || {offset} as timestamptz))"
        " end"
    )


def _number(value: str, sql_type: str) -> str:
    if is_text(sql_type):
        number = f"case when regexp_full_match({value}, '{_NUMBER_TEXT}') then try_cast({value} as double) end"
        return f"({number})"
    if sql_type in _FLOATING:
        return f"case when isfinite({value}) then cast({value} as double) end"
    return f"cast({value} as double)"


def _boolean(value: str, sql_type: str) -> str:
    if sql_type == "BOOLEAN":
        return value
    as_text = f"lower(cast({value} as varchar))"
    return (
        f"case when {as_text} in ('true', 't', 'yes', 'y', '1') then true"
        f" when {as_text} in ('false', 'f', 'no', 'n', '0') then false end"
    )
