#!/usr/bin/env python3
"""Generated PromQL against Debian's Prometheus 2.42: the same data is pushed to both servers, the
same expressions are asked of both over HTTP, as instant and as range queries, and the answers must
be the same: same series, same times, values equal to 1e-9, and errors where the other has one.
Skipped where Prometheus is missing.

What has changed from 2.42 to 3 is kept apart by rule, not by query:
  - by the data and the grids (promql/oracle, DataOptions::for_closed_windows): windows of 2.42 are
    closed on the left, so nothing lies on the edges of windows; it extrapolates differently where a
    counter begins small behind a gap, so none does;
  - by the grammar (promql/oracle, GrammarOptions::only_2_42): functions, operators and notations
    that are newer are not generated; rates are of counters themselves;
  - by the rules of RULES below, each a condition on the query and both answers. They are counted.

WATCHFIRE_DIFFERENTIAL_SEEDS=100 looks longer, WATCHFIRE_DIFFERENTIAL_FIRST=17 begins there."""
import collections
import http.client
import json
import math
import os
import random
import re
import shutil
import subprocess
import urllib.parse

import harness
import interop
from remote_write_format import data, number, snappy

ORACLE = os.environ.get("PROMQL_ORACLE", "build/bin/promql_oracle")
FIRST = int(os.environ.get("WATCHFIRE_DIFFERENTIAL_FIRST", "1"))
SEEDS = int(os.environ.get("WATCHFIRE_DIFFERENTIAL_SEEDS", "8"))
EXPRESSIONS = 700  # a seed
START = 1_699_999_200_000
CONFIG = "global: {evaluation_interval: 1m}\nscrape_configs: []\n"
TOLERANCE = 1e-9

Request = collections.namedtuple("Request", "start end step")  # milliseconds; step 0: instant
Answer = collections.namedtuple("Answer", "error kind series")


# ---- both servers
class Side:
    """One server, asked over one connection."""

    def __init__(self, port, translate=lambda query: query):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=harness.PATIENCE)
        self.translate = translate

    def post(self, path, body, headers):
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def write(self, message):
        status, text = self.post("/api/v1/write", snappy(message), {
            "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0"})
        assert status == 204, (status, text)

    def ask(self, query, request):
        form = {"query": self.translate(query)}
        if request.step:
            form.update(start=f"{request.start / 1000:.3f}", end=f"{request.end / 1000:.3f}",
                        step=f"{request.step / 1000:.3f}")
        else:
            form["time"] = f"{request.start / 1000:.3f}"
        _, text = self.post("/api/v1/query_range" if request.step else "/api/v1/query",
                            urllib.parse.urlencode(form),
                            {"Content-Type": "application/x-www-form-urlencoded"})
        body = json.loads(text)
        if body["status"] != "success":
            return Answer(body["error"], None, {})
        kind, result = body["data"]["resultType"], body["data"]["result"]
        if kind == "scalar":
            return Answer(None, kind, {"": [result]})
        series = {json.dumps(s["metric"], sort_keys=True): s.get("values") or [s["value"]]
                  for s in result}
        assert len(series) == len(result), f"series of the same name: {query}: {text[:300]}"
        return Answer(None, kind, series)


class Oracle:
    """The generator; and what it knows about an expression over its data."""

    def __init__(self, seed):
        self.seed = seed
        self.process = None

    @staticmethod
    def run(*args):
        out = subprocess.run([ORACLE, *map(str, args)], check=True, capture_output=True, text=True)
        return [json.loads(line) for line in out.stdout.splitlines()]

    def data(self):
        return self.run("data", self.seed, START)

    def expressions(self):
        return [line["query"] for line in self.run("expressions", self.seed, EXPRESSIONS, START)]

    def examine(self, query, request):
        """What the language leaves open about it, if anything; and its parts, as queries."""
        if not self.process:
            self.process = subprocess.Popen([ORACLE, "examine", str(self.seed), str(START)],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            text=True)
        self.process.stdin.write(f"{request.start} {request.end} {request.step} {query}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["open"], [(p["query"], Request(p["start"], p["end"], p["step"]))
                                for p in answer["parts"]]

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait(harness.PATIENCE)


def push(sides, series):
    """All samples in order of time, some minutes a request: heads take nothing that is older than
    what they have by much."""
    slices = collections.defaultdict(lambda: collections.defaultdict(bytes))
    for at, one in enumerate(series):
        for t, bits in one["samples"]:
            value = b"\x09" + bytes.fromhex(bits)[::-1]
            slices[t // 300_000][at] += data(2, value + number(2, t))
    for _, samples in sorted(slices.items()):
        message = b"".join(
            data(1, b"".join(data(1, data(1, n) + data(2, v))
                             for n, v in sorted(series[at]["labels"].items())) + encoded)
            for at, encoded in samples.items())
        for side in sides:
            side.write(message)


# ---- comparison
def close(a, b):
    a, b = float(a), float(b)
    return math.isclose(a, b, rel_tol=TOLERANCE) or (math.isnan(a) and math.isnan(b))


def difference(theirs, ours):
    """What differs, or nothing; and whether numbers differ in their last digits."""
    if bool(theirs.error) != bool(ours.error):
        return f"theirs: {theirs.error or 'no error'}, ours: {ours.error or 'no error'}", False
    if theirs.error:
        return None, False
    if theirs.kind != ours.kind:
        return f"theirs is a {theirs.kind}, ours a {ours.kind}", False
    rounded = False
    for series, points in theirs.series.items():
        mine = ours.series.get(series)
        if mine is None:
            return f"{series} is missing, theirs: {points[:3]}", rounded
        for (t, v), (u, w) in zip(points, mine):
            if t != u:
                return f"{series}: theirs at {t}: {v}, ours at {u}: {w}", rounded
            rounded = rounded or v != w
            if v != w and not close(v, w):
                return f"{series} at {t}: theirs {v}, ours {w}", rounded
        if len(points) != len(mine):
            return f"{series}: {len(points)} values, ours has {len(mine)}", rounded
    more = ours.series.keys() - theirs.series.keys()
    return (f"a series too many: {more.pop()}" if more else None), rounded


def differing(theirs, ours):
    """Pairs of values at the same place that are not close."""
    for series, points in theirs.series.items():
        mine = dict(map(tuple, ours.series.get(series, [])))
        for t, v in points:
            if t in mine and not close(v, mine[t]):
                yield v, mine[t]


def each_differs(theirs, ours, condition):
    """There are values that differ, and nothing else does: not one series or value more or less."""
    def places(answer):
        return {(series, t) for series, points in answer.series.items() for t, _ in points}
    pairs = list(differing(theirs, ours))
    return (bool(pairs) and places(theirs) == places(ours)
            and all(condition(v, w) for v, w in pairs))


# What is different by intention since 2.42: name → condition on a query, or on a part of one, its
# times, and both answers.
RULES = {
    "pairs that a comparison drops count for uniqueness": lambda query, request, theirs, ours:
        not theirs.error and "multiple matches for labels" in (ours.error or "")
        and re.search("[<>=]", query),
    "the unary minus takes equal labels that never meet": lambda query, request, theirs, ours:
        not ours.error and "same labelset" in (theirs.error or "") and query[0] == "-",
    "the deviation of one infinite value is NaN, not 0": lambda query, request, theirs, ours:
        re.match("std(dev|var)[ (]", query)
        and each_differs(theirs, ours, lambda v, w: (v, w) == ("0", "NaN")),
    "compensated sums that overflow are infinite, not NaN": lambda query, request, theirs, ours:
        re.match("(sum|avg|stddev|stdvar)_over_time|(sum|avg)[ (]|deriv|predict_linear", query)
        and each_differs(theirs, ours, lambda v, w: v == "NaN" and w in ("+Inf", "-Inf")),
    "a range with @ stays where it is at each step": lambda query, request, theirs, ours:
        re.match("(predict_linear|quantile_over_time|double_exponential_smoothing)", query)
        and "@" in query and request.step,
    "timestamp() forgets an offset beside @": lambda query, request, theirs, ours:
        re.match("timestamp[(].*@.*offset|timestamp[(].*offset.*@", query),
    "means were corrected value by value": lambda query, request, theirs, ours:
        re.match("avg(_over_time)?[ (]", query)
        and each_differs(theirs, ours, lambda v, w: abs(float(v) - float(w)) < 1e-12),
    "deviations of large numbers depend on their order": lambda query, request, theirs, ours:
        re.search("std(dev|var)", query)
        and each_differs(theirs, ours, lambda v, w: math.isclose(float(v), float(w), rel_tol=1e-5,
                                                                 abs_tol=1e-5)),
    "Go 1.19 has the logarithms of denormal numbers wrong": lambda query, request, theirs, ours:
        re.match("(ln|log2|log10)[(]", query)
        and each_differs(theirs, ours, lambda v, w: -1100 < float(w) < -307),
    "Go's functions are exact to 1e-15, not of the result": lambda query, request, theirs, ours:
        re.match("(a?(sin|cos|tan)h?|ln|log2|log10)[(]", query)
        and each_differs(theirs, ours, lambda v, w: abs(float(v) - float(w)) < 1e-12),
}
ROUNDED = "a part is rounded differently: sums are compensated since 2.54"


class Differential:
    def __init__(self, theirs, ours, oracle):
        self.theirs, self.ours, self.oracle = theirs, ours, oracle
        self.tally, self.by_rule, self.reports = collections.Counter(), collections.Counter(), []

    def ask(self, query, request):
        return self.theirs.ask(query, request), self.ours.ask(query, request)

    def compare(self, query, request):
        """(verdict, what): equal, both fail, different, or the rule for the difference."""
        theirs, ours = self.ask(query, request)
        what, _ = difference(theirs, ours)
        if what is None:
            return ("both fail" if theirs.error else "equal"), None
        opened, parts = self.oracle.examine(query, request)
        if opened:
            return f"left open: {opened}", what
        # Not asked again: the order of series, and what depends on it, changes from time to time.
        if rule := self.rule(query, request, theirs, ours):
            return rule, what
        for part, where in parts:
            if where.step and (where.end - where.start) // where.step > 10_000:
                continue
            if rule := self.rule(part, where, *self.ask(part, where)):
                return rule, what
        return "different", what

    def rule(self, query, request, theirs, ours):
        """Why the answers for a query, or a part of it, may be different."""
        what, rounded = difference(theirs, ours)
        if what is None:
            return ROUNDED if rounded else None
        return next((name for name, applies in RULES.items()
                     if applies(query, request, theirs, ours)), None)

    def run(self, query, request):
        verdict, what = self.compare(query, request)
        kind = verdict if verdict in ("equal", "both fail", "different") else "by rule"
        self.tally[kind] += 1
        if kind == "by rule":
            self.by_rule[verdict] += 1
        if kind == "different" and len(self.reports) < 10:
            self.reports.append(self.report(query, request, what))

    def report(self, query, request, what):
        smallest = (query, request, what)
        for part, where in self.oracle.examine(query, request)[1]:
            verdict, why = self.compare(part, where)
            if verdict == "different" and len(part) < len(smallest[0]):
                smallest = (part, where, why)
        return "\n  ".join([query, f"{request}", what, "smallest part:", *map(str, smallest)])


def requests(rng):
    """An instant and a range; all times 123 ms after a whole second, see DataOptions."""
    def time(low, high):
        return START + rng.randint(low * 60, high * 60) * 1000 + 123
    at = time(2, 66)
    yield Request(at, at, 0)
    start, step = time(-3, 50), rng.choice([15_000, 60_000, 97_000, 7_000, 300_000, 240_000])
    yield Request(start, start + step * rng.randint(0, 14), step)


def run_seed(seed, total):
    with harness.scene() as (directory, stack):
        peer = interop.Prometheus(directory, CONFIG, directory / "theirs",
                                  "--web.enable-remote-write-receiver")
        stack.callback(peer.close)
        peer.start()
        server = harness.launch(stack, directory, CONFIG, "--web.enable-remote-write-receiver",
                                "--enable-feature=promql-experimental-functions")
        theirs = Side(peer.port, lambda query: query.replace("double_exponential_smoothing",
                                                             "holt_winters"))
        ours = Side(server.port)
        oracle = Oracle(seed)
        stack.callback(oracle.close)
        push([theirs, ours], oracle.data())
        differential = Differential(theirs, ours, oracle)
        rng = random.Random(seed)
        for query in oracle.expressions():
            for request in requests(rng):
                differential.run(query, request)
        total.tally += differential.tally
        total.by_rule += differential.by_rule
        total.reports += [f"seed {seed}: {report}" for report in differential.reports]


class Total:
    def __init__(self):
        self.tally, self.by_rule, self.reports = collections.Counter(), collections.Counter(), []


def generated_expressions_get_the_same_answers():
    total = Total()
    for seed in range(FIRST, FIRST + SEEDS):
        run_seed(seed, total)
    ran = sum(total.tally.values())
    print(f"{ran} queries: " + ", ".join(f"{total.tally[kind]} {kind}" for kind in
                                         ("equal", "both fail", "by rule", "different")))
    for name, count in total.by_rule.items():
        print(f"  by rule, {count}: {name}")
    print("\n".join(total.reports))
    assert total.tally["different"] == 0
    # A test that compares little proves little.
    assert total.tally["equal"] > ran * 3 // 4 and total.tally["by rule"] < ran // 50, total.tally


if __name__ == "__main__":
    if shutil.which("prometheus") is None:
        print("skipped: prometheus is not installed")
    else:
        harness.main([generated_expressions_get_the_same_answers])
