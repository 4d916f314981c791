#!/usr/bin/env python3
"""Proves that every header under src/ compiles alone, without the precompiled header."""
import concurrent.futures
import pathlib
import subprocess
import sys


def check(header, src):
    command = ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-pragma-once-outside-header",
               f"-I{src}", "-x", "c++", str(header)]
    command.remove("-Wno-pragma-once-outside-header")
    done = subprocess.run(command, capture_output=True, text=True)
    text = "\n".join(l for l in done.stderr.splitlines() if "pragma once in main file" not in l)
    return header, done.returncode if "error" in text else 0, text


def main():
    src = pathlib.Path(sys.argv[2])
    headers = [h for h in sorted(src.rglob("*.h")) if h.name != "pch.h"]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for header, code, text in pool.map(lambda h: check(h, src), headers):
            if code != 0:
                bad += 1
                print(f"{header} does not compile alone:\n{text}")
    print(f"headers: {len(headers) - bad} of {len(headers)} compile alone")
    sys.exit(1 if bad else 0)


main()
