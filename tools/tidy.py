#!/usr/bin/env python3
"""Ceilings that a machine keeps: file 800 lines, function 70, line 100 columns, 24 product files
a room; and a header comment in every header. Formats that cannot be wrapped are excused by name."""
import os
import pathlib
import re
import sys

MAX_FILE, MAX_FUNCTION, MAX_COLUMNS, MAX_ROOM = 800, 70, 100, 24
CODE = {".cc", ".h", ".py", ".ts", ".tsx", ".css", ".mjs", ".sh"}
# A definition starts in column 0 (or two spaces in, inside a class) and ends with a brace there.
FUNCTION_START = re.compile(r"^( ?){0,4}[A-Za-z_~].*\)( const)?( noexcept)?( override)?( REQUIRES\(.*\))?( NO_THREAD_SAFETY_ANALYSIS)? \{$")


def long_functions(lines):
    start, indent = None, ""
    for number, line in enumerate(lines, 1):
        if start is None:
            if FUNCTION_START.match(line) and not line.lstrip().startswith(
                    ("if", "for", "while", "switch", "else", "}", "return", "namespace", "struct", "class")):
                indent = line[: len(line) - len(line.lstrip())]
                if len(indent) <= 2:
                    start = number
        elif line in (indent + "}", indent + "};", indent + "});"):
            if number - start + 1 > MAX_FUNCTION:
                yield start, number - start + 1
            start = None


def source_files(root):
    """Paths of all our files, relative to the root; what is built or installed is passed over."""
    for directory, names, files in root.walk() if hasattr(root, "walk") else os.walk(root):
        names[:] = [n for n in names
                    if n not in ("node_modules", "dist", "data") and n[0] != "."
                    and not n.startswith("build")]
        for file in files:
            yield (pathlib.Path(directory) / file).relative_to(root).as_posix()


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(source_files(root))
    problems, rooms = [], {}
    for name in files:
        path = root / name
        if path.suffix not in CODE or not path.is_file():
            continue
        lines = path.read_text(errors="replace").splitlines()
        if len(lines) > MAX_FILE:
            problems.append(f"{name}: {len(lines)} lines (ceiling {MAX_FILE})")
        if path.suffix in (".cc", ".h"):
            for number, line in enumerate(lines, 1):
                if len(line) > MAX_COLUMNS and "http" not in line:
                    problems.append(f"{name}:{number}: {len(line)} columns (ceiling {MAX_COLUMNS})")
            if not name.endswith(("_test.cc", "_bench.cc")):
                for start, length in long_functions(lines):
                    problems.append(f"{name}:{start}: function of {length} lines (ceiling {MAX_FUNCTION})")
            if path.suffix == ".h" and not any(l.startswith("//") for l in lines[:6]):
                problems.append(f"{name}: no header comment")
            if name.startswith("src/") and not name.endswith(
                    ("_test.cc", "_test.h", "_testing.h", "_bench.cc", "_fuzz.cc")):
                rooms.setdefault(path.parent.as_posix(), set()).add(name)
    for room, members in rooms.items():
        stems = {m.rsplit(".", 1)[0] for m in members}
        if len(stems) > MAX_ROOM:
            problems.append(f"{room}: {len(stems)} product files (ceiling {MAX_ROOM})")
    print("\n".join(problems) or "tidy: all ceilings kept")
    sys.exit(1 if problems else 0)


main()
