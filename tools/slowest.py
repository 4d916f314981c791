#!/usr/bin/env python3
"""Prints the ten slowest compilations of the last build from ninja's log."""
import sys

latest = {}
for line in open(sys.argv[1]):
    if line.startswith("#"):
        continue
    start, end, _, target, _ = line.rstrip("\n").split("\t")
    if target.endswith(".o"):
        latest[target] = (int(end) - int(start)) / 1000
for target, seconds in sorted(latest.items(), key=lambda item: -item[1])[:10]:
    print(f"{seconds:7.1f} s  {target.split('.dir/')[-1].removesuffix('.o')}")
