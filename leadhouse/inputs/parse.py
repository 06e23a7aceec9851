"""SQL that turns what a user wrote into what the contract asks for.

Each function takes the SQL of a value and its DuckDB type, and gives SQL of the contract's type:
null where the value is missing or cannot be read, never an error. What is ambiguous (03/04/2025,
1.234,56, a bare integer for a time) is not guessed. docs/inputs.md lists the formats.
"""

from leadhouse.inputs.contract import Kind

# Our name for the type of a Parquet column that holds nothing but nulls, as pandas writes them.
NULL_TYPE = "NULL"

_WHOLE = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
}
_FLOATING = {"FLOAT", "DOUBLE"}
_ZONELESS = {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"}
_ZONED = {"TIMESTAMP WITH TIME ZONE"}
_NESTED = ("STRUCT(", "MAP(", "UNION(", "VARIANT", "GEOMETRY")

_DATE = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_OFFSET = r"[+-](0\d|1[0-4])(:?[0-5]\d)?"
_UTC_TIME = rf"{_DATE}([ T]{_CLOCK} ?(Z|UTC)?)?"
_OFFSET_TIME = rf"{_DATE}[ T]{_CLOCK} ?{_OFFSET}"
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
# Nothing is counted so far; and the sums of a billion such, decayed or squared, are still numbers.
_GREATEST_NUMBER = "1e18"


def is_text(sql_type: str) -> bool:
    """Whether values of this type are text, and so can hold anything at all."""
    return sql_type == "VARCHAR" or sql_type.startswith("ENUM(")


def is_scalar(sql_type: str) -> bool:
    """Whether a value of this type is one thing: not a list, a struct, a map or bytes."""
    return not (sql_type.startswith(_NESTED) or sql_type.endswith("]") or sql_type == "BLOB")


def accepts(kind: Kind, sql_type: str) -> bool:
    """Whether a column of this type can be a column of this kind."""
    if is_text(sql_type) or sql_type == NULL_TYPE:
        return True
    match kind:
        case Kind.TEXT:
            return is_scalar(sql_type)
        case Kind.TIME:
            return sql_type in _ZONELESS | _ZONED
        case Kind.NUMBER:
            return sql_type in _WHOLE | _FLOATING or sql_type.startswith("DECIMAL(")
        case Kind.BOOLEAN:
            return sql_type == "BOOLEAN" or sql_type in _WHOLE
        case Kind.JSON:
            return sql_type == "JSON" or not (is_scalar(sql_type) or sql_type == "BLOB")


def can_fail(kind: Kind, sql_type: str) -> bool:
    """Whether a value of this type may be there and yet not be readable as the kind."""
    if is_text(sql_type):
        return kind is not Kind.TEXT
    return kind in {Kind.TIME, Kind.NUMBER} or (kind is Kind.BOOLEAN and sql_type in _WHOLE)


def present(value: str, sql_type: str) -> str:
    """The value, or null where there is nothing: blank text, not-a-number."""
    if is_text(sql_type):
        return rf"nullif(trim(cast({value} as varchar), e' \t\r\n'), '')"
    if sql_type in _FLOATING:
        # Not by comparison: from a Parquet file's statistics, in which NaN has no part, DuckDB may
        # take it that nothing equals NaN.
        return f"case when not isnan({value}) then {value} end"
    return value


def parsed(kind: Kind, value: str, sql_type: str) -> str:
    """The value as the contract's type; `value` is what `present` gave."""
    if sql_type == NULL_TYPE:
        return f"cast(null as {kind.sql_type})"
    match kind:
        case Kind.TEXT:
            return text(value, sql_type)
        case Kind.TIME:
            return _time(value, sql_type)
        case Kind.NUMBER:
            return _number(value, sql_type)
        case Kind.BOOLEAN:
            return _boolean(value, sql_type)
        case Kind.JSON:
            return _json(value, sql_type)


def text(value: str, sql_type: str) -> str:
    """A scalar as text. 123.0 is written 123: pandas makes floats of whole ids with gaps."""
    if is_text(sql_type):
        return value
    as_text = f"cast({value} as varchar)"
    if sql_type in _FLOATING:
        return f"regexp_replace({as_text}, '\\.0$', '')"
    return as_text


def time_from_text(value: str) -> str:
    """ISO 8601 text as a timestamp in UTC; text without an offset is UTC already.

    The session's time zone has no say. DuckDB's own cast to TIMESTAMP drops an offset in silence,
    and its cast to TIMESTAMPTZ takes text without one for local time: each form gets its own cast.
    """
    without_offset = f"try_cast(regexp_replace({value}, ' ?{_OFFSET}$', '') as timestamp)"
    offset = f"regexp_extract({value}, '{_OFFSET}$')"
    with_offset = f"try_cast(cast({without_offset} as varchar) || {offset} as timestamptz)"
    return (
        "case"
        f" when regexp_full_match({value}, '{_UTC_TIME}')"
        f" then try_cast(rtrim({value}, ' ZUTC') as timestamp)"
        f" when regexp_full_match({value}, '{_OFFSET_TIME}')"
        f" then timezone('UTC', {with_offset})"
        " end"
    )


def _time(value: str, sql_type: str) -> str:
    if is_text(sql_type):
        return time_from_text(value)
    # The days and seconds of Parquet reach further than a timestamp does, and both know infinity.
    moment = (
        f"timezone('UTC', {value})" if sql_type in _ZONED else f"try_cast({value} as timestamp)"
    )
    return f"case when isfinite({moment}) then {moment} end"


def _number(value: str, sql_type: str) -> str:
    number = f"try_cast({value} as double)"
    is_number = f"abs({number}) <= {_GREATEST_NUMBER}"
    if is_text(sql_type):
        is_number = f"regexp_full_match({value}, '{_NUMBER}') and {is_number}"
    return f"case when {is_number} then {number} end"


def _boolean(value: str, sql_type: str) -> str:
    if sql_type == "BOOLEAN":
        return value
    as_text = f"lower(cast({value} as varchar))"
    return (
        f"case when {as_text} in ('true', 't', 'yes', 'y', '1') then true"
        f" when {as_text} in ('false', 'f', 'no', 'n', '0') then false end"
    )


def _json(value: str, sql_type: str) -> str:
    if is_text(sql_type):
        return f"case when json_valid({value}) then {value} end"
    return f"cast(to_json({value}) as varchar)"
