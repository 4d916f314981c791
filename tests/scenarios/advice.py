#!/usr/bin/env python3
"""Advice on queries from a server that scrapes: types as pages tell them, series as they are, the
intervals of the targets; the same from the command line; and many queries at once, with and without
an end in sight."""
import json
import pathlib
import subprocess
import threading

import harness

PAGE = """# TYPE requests_total counter
requests_total{code="200",path="/a"} 7
requests_total{code="500",path="/a"} 1
# TYPE temperature gauge
temperature{room="1"} 21.5
# TYPE latency_seconds histogram
latency_seconds_bucket{le="1"} 3
latency_seconds_bucket{le="+Inf"} 4
latency_seconds_sum 2.5
latency_seconds_count 4
# TYPE limit gauge
limit 100
"""
CONFIG = """global: {scrape_interval: 200ms, scrape_timeout: 200ms}
scrape_configs:
  - job_name: app
    static_configs: [{targets: ['%s']}]
"""
# Query → code, severity, corrected query.
EXPECTED = [
    ("sum(requests_total)", "counter-without-rate", "warning", "sum(rate(requests_total[5m]))"),
    ("rate(temperature[5m])", "rate-of-gauge", "warning", "deriv(temperature[5m])"),
    ("rate(sum(requests_total)[5m:])", "rate-of-sum", "warning", "sum(rate(requests_total[5m]))"),
    ("histogram_quantile(0.9, latency_seconds)", "histogram-quantile-without-buckets", "warning",
     "histogram_quantile(0.9, rate(latency_seconds_bucket[5m]))"),
    ("histogram_quantile(0.9, sum by (job) (rate(latency_seconds_bucket[5m])))",
     "histogram-quantile-without-le", "warning",
     "histogram_quantile(0.9, sum by (le, job) (rate(latency_seconds_bucket[5m])))"),
    ("rate(requests_total[5m]) / limit", "matching-drops-everything", "warning",
     "rate(requests_total[5m]) / on (instance, job) group_left () limit"),
    ("rate(requests_total[300ms])", "range-too-short", "warning", "rate(requests_total[800ms])"),
    ("rate(request_total[5m])", "unknown-metric", "warning", "rate(requests_total[5m])"),
    ('rate(requests_total{cod="500"}[5m])', "unknown-label", "warning",
     'rate(requests_total{code="500"}[5m])'),
    ('rate(requests_total{code="501"}[5m])', "unknown-label-value", "warning",
     'rate(requests_total{code="500"}[5m])'),
    ("topk(3, rate(requests_total[5m]) by (code))", "syntax-trailing-grouping", "error",
     "topk(3, sum by (code) (rate(requests_total[5m])))"),
]
FINE = [
    "sum by (code) (rate(requests_total[5m]))",
    "histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))",
    "rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m])",
    "avg_over_time(temperature[5m]) > 20",
    "absent(nothing_like_it)",
    "up == 0",
]


def scraping(stack, directory):
    target = harness.Target(lambda: PAGE)
    stack.callback(target.close)
    server = harness.launch(stack, directory, CONFIG % target.address)
    harness.wait_for("up", lambda: server.value("up") == 1)
    return server


def advice(server, query, **more):
    return server.api("/query_advice", query=query, **more)["advice"]


def advice_by_what_is_scraped():
    with harness.scene() as (directory, stack):
        server = scraping(stack, directory)
        for query, code, severity, fixed in EXPECTED:
            found = {one["code"]: one for one in advice(server, query)}
            assert code in found, (query, found)
            one = found[code]
            assert one["severity"] == severity, one
            assert one["fix"]["query"] == fixed, one
            text = query[one["position"]["start"]:one["position"]["end"]]
            assert text and one["line"] == 1 and one["column"] == one["position"]["start"] + 1, one
            # Taking the advice settles it.
            assert code not in [again["code"] for again in advice(server, fixed)], fixed
        for query in FINE:
            assert advice(server, query) == [], (query, advice(server, query))


def the_command_line_asks_the_server():
    with harness.scene() as (directory, stack):
        server = scraping(stack, directory)
        binary = str(pathlib.Path(harness.BINARY).resolve())

        def tool(*arguments):
            return subprocess.run([binary, "tool", *arguments], capture_output=True, text=True,
                                  timeout=60)
        asked = tool("query", "advise", "--server", server.url, "rate(temperature[5m])")
        assert asked.returncode == 0 and "[rate-of-gauge]" in asked.stdout, asked
        offline = tool("query", "advise", "rate(temperature[5m])")
        assert offline.stdout == "nothing to say\n", offline
        rules = directory / "rules.yml"
        rules.write_text(json.dumps({"groups": [{"name": "g", "rules": [
            {"alert": "Hot", "expr": "rate(temperature[5m]) > 1"}]}]}))
        checked = tool("check", "rules", "--server", server.url, str(rules))
        assert checked.returncode == 0 and "[rate-of-gauge]" in checked.stdout, checked
        piped = subprocess.run([binary, "tool", "check", "rules"], input=rules.read_text(),
                               capture_output=True, text=True, timeout=60)
        assert piped.stdout == "Checking standard input\n  SUCCESS: 1 rules found\n", piped
        assert tool("check", "rules", str(directory / "none.yml")).returncode == 1
        assert tool("query", "advise", "sum(").returncode == 1
        assert tool("query", "advise").returncode == 2


def hostile_queries_are_answered():
    with harness.scene() as (directory, stack):
        server = scraping(stack, directory)
        queries = ["(" * 5000, "sum(" * 400 + "up" + ")" * 400, "x{" + 'a="b",' * 2000 + "}",
                   "{__name__=~'" + "(a|b)*" * 500 + "'}", "rate(" * 300, "\x00\x01", "up " * 2000,
                   "sum by (" + "a," * 3000 + ") (up)", "up" + " / up" * 400, "$" * 3000,
                   'up{a="' + "b" * 9000]
        problems = []

        def ask(query):
            try:
                for one in advice(server, query):
                    assert one["position"]["end"] <= len(query.encode())
            except Exception as problem:  # pylint: disable=broad-except
                problems.append((query[:40], problem))
        threads = [threading.Thread(target=ask, args=(query,)) for query in queries * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems, problems
        assert server.value("up") == 1


if __name__ == "__main__":
    harness.main([advice_by_what_is_scraped, the_command_line_asks_the_server,
                  hostile_queries_are_answered])
