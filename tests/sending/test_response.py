"""Bodies are unpacked and converted to UTF-8, whatever a gateway made of them."""

import gzip
import zlib

import brotli
import pytest

from batchsync.sending.response import MAX_BODY_BYTES, decode

BODY = '{"status": 1003, "err": "用户不存在"}'


def raw_deflate(body: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(body) + packing.flush()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY.encode(), {}),
        (BODY.encode("gb18030"), {}),
        (BODY.encode("gb18030"), {"Content-Type": "application/json; charset=gbk"}),
        (BODY.encode("utf-16"), {"Content-Type": 'application/json;charset="utf-16"'}),
        (BODY.encode("gb18030"), {"Content-Type": "application/json; charset=no-such-charset"}),
        (gzip.compress(BODY.encode()), {"Content-Encoding": "gzip"}),
        (gzip.compress(BODY.encode()), {}),
        (zlib.compress(BODY.encode()), {"Content-Encoding": "deflate"}),
        (raw_deflate(BODY.encode()), {"Content-Encoding": "deflate"}),
        (brotli.compress(BODY.encode()), {"Content-Encoding": "br"}),
        (gzip.compress(BODY.encode("gb18030")), {"Content-Encoding": "gzip"}),
    ],
    ids=[
        *("utf-8", "undeclared gb18030", "declared gbk", "declared utf-16", "unknown charset"),
        *("gzip", "undeclared gzip", "deflate", "raw deflate", "brotli", "gzip of gb18030"),
    ],
)
def test_a_body_is_decoded(body: bytes, headers: dict[str, str]) -> None:
    assert BODY.encode() == decode(body, headers)


@pytest.mark.parametrize(
    ("pack", "name"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (brotli.compress, "br")]
)
def test_a_packed_body_without_end_is_cut(pack: object, name: str) -> None:
    assert callable(pack)
    bomb = pack(b"0" * 10_000_000)
    assert MAX_BODY_BYTES < len(decode(bomb, {"Content-Encoding": name})) <= 2 * MAX_BODY_BYTES


@pytest.mark.parametrize("name", ["gzip", "deflate", "br"])
def test_a_damaged_packed_body_is_kept_as_evidence(name: str) -> None:
    assert b"not packed" == decode(b"not packed", {"Content-Encoding": name})
