"""Files spoilt byte by byte, by a seeded draw."""

from collections.abc import Callable, Mapping
from random import Random

Mutation = Callable[[Random, bytes], bytes]

_SNIPPETS = {
    "quotes": (b'"', b'""', b'"""', b"'", b'\\"', b'"\n', b',"', b'",'),
    "separators": (b",", b";", b"\t", b"|", b",,,,", b"\x1f", b"\xc2\xa0"),
    "line ends": (
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\r",
        b"\n\n\n",
        b"\x0b",
        b"\x0c",
        b"\xe2\x80\xa8",
        b"\xc2\x85",
    ),
    "NUL and control bytes": (
        b"\0",
        b"\0\0\0\0",
        b"\x1a",
        b"\x1b[2J",
        b"\x07",
        b"\x08",
        b"\x7f",
        b"\x04",
    ),
    "invalid UTF-8": (
        b"\xff",
        b"\xfe\xff",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\xe2\x82",
        b"\x80",
    ),
    "Unicode": (
        "\u202e".encode(),
        "\u200b".encode(),
        "e\u0301".encode(),
        "\U0001f986\u200d\U0001f525".encode(),
        "\ufeff".encode(),
        "\ufffd".encode(),
        "\U0010ffff".encode(),
        "\u0130\u0131\u017f\u212a".encode(),
    ),
}


def _places(draw: Random, data: bytes) -> list[int]:
    return sorted(draw.randrange(len(data) + 1) for _ in range(draw.choice((1, 1, 2, 5, 20))))


def _flip(draw: Random, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for place in _places(draw, data[:-1]):
        spoilt[place] ^= 1 << draw.randrange(8)
    return bytes(spoilt)


def _overwrite(draw: Random, data: bytes) -> bytes:
    place = draw.randrange(len(data))
    size = draw.choice((1, 2, 4, 8, 64))
    return (
        data[:place]
        + draw.choice((draw.randbytes(size), b"\0" * size, b"\xff" * size))
        + data[place + size :]
    )


def _delete(draw: Random, data: bytes) -> bytes:
    place = draw.randrange(len(data))
    return data[:place] + data[place + draw.choice((1, 1, 2, 10, 100)) :]


def _repeat(draw: Random, data: bytes) -> bytes:
    begin, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[begin:end] * draw.choice((1, 1, 2, 50)) + data[end:]


def _truncate(draw: Random, data: bytes) -> bytes:
    return data[: draw.randrange(len(data))]


def _insert(snippets: tuple[bytes, ...]) -> Mutation:
    def mutate(draw: Random, data: bytes) -> bytes:
        for place in reversed(_places(draw, data)):
            data = data[:place] + draw.choice(snippets) + data[place:]
        return data

    return mutate


def _random_bytes(draw: Random, data: bytes) -> bytes:
    place = draw.randrange(len(data) + 1)
    return data[:place] + draw.randbytes(draw.choice((1, 4, 100, 5000))) + data[place:]


def _header_again(draw: Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    lines.insert(draw.randrange(len(lines) + 1), lines[0])
    return b"".join(lines)


def _byte_order_mark(draw: Random, data: bytes) -> bytes:
    mark = draw.choice(
        (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf" * 2, b"\xef\xbb")
    )
    return mark + data


def _other_encoding(draw: Random, data: bytes) -> bytes:
    encoding = draw.choice(
        (
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "utf-32",
            "utf-7",
            "cp1252",
            "latin-1",
            "shift_jis",
            "cp500",
        )
    )
    return data.decode(errors="surrogateescape").encode(encoding, errors="replace")


def _long(draw: Random, data: bytes) -> bytes:
    place = draw.randrange(len(data) + 1)
    filler = draw.choice((b"x", b"\xc3\xa9", b"=1+1 ", b"0", b" ", b'""', b","))
    return (
        data[:place] + filler * draw.choice((10_000, 150_000, 1_000_000, 3_000_000)) + data[place:]
    )


def _line_ends(draw: Random, data: bytes) -> bytes:
    return data.replace(
        b"\n", draw.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n")), draw.choice((-1, -1, 3))
    )


def _other_file(draw: Random, data: bytes) -> bytes:
    return draw.choice(
        (
            b"",
            b"\n",
            b"\r\n\r\n",
            b" ",
            b"\xef\xbb\xbf",
            b"PAR1PAR1",
            b"PAR1" + b"\0" * 8 + b"PAR1",
            b"PK\x03\x04" + draw.randbytes(200),
            b"SQLite format 3\0" + b"\0" * 100,
            b"<html><body>404 Not Found</body></html>\n",
            b'{"error": "quota exceeded"}\n',
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            b"sep=,\n" + data,
            b"\x1f\x8b" + data,
            data[::-1],
        )
    )


OF_ANY_FILE: Mapping[str, Mutation] = {
    "bits flipped": _flip,
    "bytes overwritten": _overwrite,
    "bytes deleted": _delete,
    "a piece repeated": _repeat,
    "truncated": _truncate,
    "random bytes": _random_bytes,
    "another kind of file": _other_file,
}
OF_CSV: Mapping[str, Mutation] = {
    **OF_ANY_FILE,
    **{name: _insert(snippets) for name, snippets in _SNIPPETS.items()},
    "header again": _header_again,
    "byte-order mark": _byte_order_mark,
    "other encoding": _other_encoding,
    "very long value": _long,
    "line ends replaced": _line_ends,
}


def _of_footer(mutation: Mutation) -> Mutation:
    """Spoils the footer only: what the file says of itself."""

    def mutate(draw: Random, data: bytes) -> bytes:
        size = int.from_bytes(data[-8:-4], "little")
        return data[: -size - 8] + mutation(draw, data[-size - 8 :])

    return mutate


def _of_pages(mutation: Mutation) -> Mutation:
    """Leaves the footer as it was, so that the file looks whole."""

    def mutate(draw: Random, data: bytes) -> bytes:
        size = int.from_bytes(data[-8:-4], "little")
        return mutation(draw, data[: -size - 8]) + data[-size - 8 :]

    return mutate


OF_PARQUET: Mapping[str, Mutation] = {
    **{f"{name}": mutation for name, mutation in OF_ANY_FILE.items()},
    "footer: bits flipped": _of_footer(_flip),
    "footer: bytes overwritten": _of_footer(_overwrite),
    "footer: bytes deleted": _of_footer(_delete),
    "pages: bits flipped": _of_pages(_flip),
    "pages: bytes overwritten": _of_pages(_overwrite),
    "pages: bytes deleted": _of_pages(_delete),
    "pages: a piece repeated": _of_pages(_repeat),
}
