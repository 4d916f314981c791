"""Remote write requests by hand: protobuf and snappy, written out. Standard library only."""
import struct


def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 0x7f:
        out.append(n & 0x7f | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def number(field, n):
    return varint(field << 3) + varint(n)


def double(field, v):
    return varint(field << 3 | 1) + struct.pack("<d", v)


def data(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def snappy(raw):
    """One literal after the other: legal, if not small."""
    out = varint(len(raw))
    for at in range(0, len(raw), 65536):
        piece = raw[at:at + 65536]
        out += b"\xf4" + struct.pack("<H", len(piece) - 1) + piece
    return out


def series_v1(labels, samples, *more):
    return data(1, b"".join(data(1, data(1, n) + data(2, v)) for n, v in labels.items()) +
                b"".join(data(2, double(1, v) + number(2, t)) for t, v in samples) + b"".join(more))
