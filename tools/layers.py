#!/usr/bin/env python3
"""The judge of the layering law in src/CMakeLists.txt.

Reads the room table (rooms.txt, written by CMake) and every #include under src/, and fails on an
include of a room that is not listed, on a listed room that nobody includes, on an edge that points
to a higher floor, on a third-party header outside the rooms that keep it, and on test helpers in
product code (the rooms of floor 9).
"""
import pathlib
import re
import sys

# Third-party header prefix -> rooms whose sources may include it.
KEEPERS = {
    "boost/asio": {"net"}, "boost/beast": {"net"}, "boost/unordered": {"base"},
    "curl/": {"net"}, "openssl/": {"net", "secrets"}, "crypt.h": {"net"}, "ares": {"net", "discovery"},
    "nlohmann/": {"codec"}, "libfyaml.h": {"codec"}, "zlib.h": {"codec"}, "zstd.h": {"codec"},
    "libdeflate.h": {"codec"}, "snappy": {"codec"}, "protozero/": {"codec", "exposition", "remote", "alerting/silences", "alerting/nflog",
                  "alerting/cluster"},
    "re2/": {"model"}, "xxhash.h": {"base"}, "fast_float/": {"base"}, "spdlog/": {"base"},
    "CLI/": {"app", "tool"}, "sqlite3.h": {"store"},
    "ldap.h": {"grafana/signin"}, "lber.h": {"grafana/signin"}, "regex": set(), "iostream": set(),
}
TEST_FLOOR = 9
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def read_table(path):
    rooms = {}
    for line in path.read_text().splitlines():
        name, floor, uses, test = line.split(" ")
        split = lambda field: {u for u in field.split("=", 1)[1].split(",") if u}
        rooms[name] = (int(floor), split(uses), split(test))
    return rooms


def room_of(path, rooms):
    """The longest room name that `path` (relative to src/) lies in."""
    found = [r for r in rooms if path.startswith(r + "/")]
    return max(found, key=len) if found else None


def main():
    table, src = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rooms = read_table(table)
    problems, used = [], {name: set() for name in rooms}
    helpers = {name for name, (floor, _, _) in rooms.items() if floor == TEST_FLOOR}
    for name, (floor, uses, _) in rooms.items():
        for other in uses:
            if other not in rooms:
                problems.append(f"src/CMakeLists.txt: {name} uses {other}, which is no room")
            elif rooms[other][0] > floor:
                problems.append(f"src/CMakeLists.txt: {name} (floor {floor}) uses {other} above it")
    for file in sorted(src.rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        relative = file.relative_to(src).as_posix()
        room = room_of(relative, rooms)
        if room is None:
            problems.append(f"src/{relative}: lies in no room")
            continue
        test = relative.endswith(("_test.cc", "_test.h", "_bench.cc", "_fuzz.cc")) or room in helpers
        for kind, header in INCLUDE.findall(file.read_text()):
            if kind == "<":
                for prefix, keepers in KEEPERS.items():
                    hit = header == prefix or (prefix[-1] in "/s" and header.startswith(prefix)) or (
                        prefix.startswith("boost/") and header.startswith(prefix))
                    if hit and room not in keepers and not (test and prefix == "regex"):
                        problems.append(f"src/{relative}: <{header}> belongs to {sorted(keepers)}")
                continue
            other = room_of(header, rooms)
            if other is None or other == room:
                continue
            if other in helpers and not test:
                problems.append(f"src/{relative}: test helper {header} in product code")
            if test:
                continue
            used[room].add(other)
            if other not in rooms[room][1]:
                problems.append(f"src/{relative}: {room} may not use {other} ({header})")
    for name, (_, uses, _) in rooms.items():
        if name not in helpers and any((src / name).glob("*.cc")):
            for other in sorted(uses - used[name]):
                problems.append(f"src/CMakeLists.txt: {name} lists {other} but never includes it")
    print("\n".join(problems) or f"layers: {len(rooms)} rooms keep the law")
    sys.exit(1 if problems else 0)


main()
