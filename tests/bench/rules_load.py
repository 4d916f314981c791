#!/usr/bin/env python3
"""What evaluating alerting rules costs a server that scrapes.

Each server in turn scrapes a simulator of N targets x M series without rules, then, after a reload,
with fifty alerting rules over rates (those of live_queries.py, none of which fires) in five groups.
The difference of the two windows' CPU, by the rounds of evaluation in the second, is what one round
costs; the server's own sum of rule groups' evaluation times stands beside it. Uses the simulator and
the bookkeeping of the benchmark harness at $WATCHFIRE_BENCH. Standard library only.
"""
import argparse
import json
import pathlib
import sys
import time

import live_queries as live
from live_queries import common
from processes import table

GROUPS = 5
MIB = 1 << 20


def rule_file(interval):
    out = ["groups:"]
    rules = live.alert_rules()
    for g in range(GROUPS):
        out += ["- name: group%d" % g, "  interval: %gs" % interval, "  rules:"]
        for n, expr in list(enumerate(rules))[g::GROUPS]:
            out += ["  - alert: Alert%d" % n, "    expr: '%s'" % quiet(expr), "    for: 5m",
                    "    labels: {severity: page}",
                    "    annotations: {summary: 'is {{ $value }} on {{ $labels.instance }}'}"]
    return "\n".join(out) + "\n"


def quiet(expr):
    """The expression with a threshold that nothing reaches: an alert is a rare thing."""
    return expr.rpartition(" > ")[0] + " > 1e12"


def metric_sum(server, name):
    status, body = server.get("/metrics")
    lines = body.decode(errors="replace").splitlines()
    if status != 200:
        raise RuntimeError("HTTP %d from /metrics" % status)
    return sum(float(x.rpartition(" ")[2]) for x in lines
               if x.startswith((name + "{", name + " ")))


def window(server, seconds):
    ran = "prometheus_rule_evaluations_total"
    spent = "prometheus_rule_group_duration_seconds_sum"
    counts0 = metric_sum(server, ran), metric_sum(server, spent)
    cpu0, busy0, t0 = common.cpu_of(server.pid), common.machine_busy(), time.monotonic()
    time.sleep(seconds)
    cpu, wall = common.cpu_of(server.pid) - cpu0, time.monotonic() - t0
    other = (common.machine_busy() - busy0 - cpu) / wall
    return {"cpu": cpu, "seconds": wall, "other_cores": other,
            "evaluations": metric_sum(server, ran) - counts0[0],
            "evaluating": metric_sum(server, spent) - counts0[1],
            "rss": common.mem_of(server.pid)["rss"]}


def measure(name, definition, a):
    directory = common.tempdir(a.workdir)
    server = common.Server(name, definition, directory)
    sim = common.Targets(a.targets, a.series, a.interval, seed=1, max_seconds=a.warmup + 900)
    try:
        (pathlib.Path(directory) / "rules.yml").write_text("groups: []\n")
        server.start("rule_files: [rules.yml]\n" + live.scrape_config(a.interval, sim.port,
                                                                      a.targets))
        live.wait_all_scraped(sim, server, a.interval)
        time.sleep(a.warmup)
        without = window(server, a.seconds)
        (pathlib.Path(directory) / "rules.yml").write_text(rule_file(a.evaluation))
        server.proc.send_signal(1)  # SIGHUP: reload
        time.sleep(2 * a.evaluation)
        with_rules = window(server, a.seconds)
        status, body = server.get("/api/v1/rules")
        groups = json.loads(body)["data"]["groups"]
        bad = [r["name"] for g in groups for r in g["rules"] if r["health"] != "ok"]
        if len(groups) != GROUPS or bad:
            raise RuntimeError("%s: %d groups, rules that fail: %s" % (name, len(groups), bad))
    finally:
        server.stop(60)
        sim.stop()
        common.drop_tempdir(directory)
    rounds = with_rules["evaluations"] / live.RULES
    net = with_rules["cpu"] - without["cpu"] * with_rules["seconds"] / without["seconds"]
    return {"without": without, "with": with_rules, "rounds": rounds,
            "round_cpu_ms": 1e3 * net / rounds,
            "round_spent_ms": 1e3 * with_rules["evaluating"] / rounds}


def show(results):
    names = list(results)
    rows = [["", *names, "to " + names[0]]]

    def row(what, value, form="%.1f", ratio=True):
        values = [value(r) for r in results.values()]
        share = "%.3f" % (values[-1] / values[0]) if ratio and values[0] else ""
        rows.append([what, *(form % v for v in values), share])

    row("CPU of a round of %d rules, ms" % live.RULES, lambda r: r["round_cpu_ms"])
    row("the server's own sum of group durations, ms", lambda r: r["round_spent_ms"])
    row("rounds measured", lambda r: r["rounds"], "%.1f", False)
    row("CPU, ms a second, scraping alone",
        lambda r: 1e3 * r["without"]["cpu"] / r["without"]["seconds"])
    row("CPU, ms a second, with rules", lambda r: 1e3 * r["with"]["cpu"] / r["with"]["seconds"])
    row("RSS with rules, MiB", lambda r: r["with"]["rss"] / MIB)
    row("other load, cores (without)", lambda r: r["without"]["other_cores"], "%.2f", False)
    row("other load, cores (with)", lambda r: r["with"]["other_cores"], "%.2f", False)
    table(rows)


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--server", default="prometheus,watchfire=%s"
                    % (live.ROOT / "build/bin/watchfire"), help="comma separated; NAME=PATH")
    ap.add_argument("--targets", type=int, default=100)
    ap.add_argument("--series", type=int, default=1000, help="of each target")
    ap.add_argument("--interval", type=float, default=5, help="seconds between scrapes")
    ap.add_argument("--evaluation", type=float, default=5, help="seconds between evaluations")
    ap.add_argument("--warmup", type=float, default=60)
    ap.add_argument("--seconds", type=float, default=60, help="of each window")
    ap.add_argument("--workdir", help="where temporary data directories go")
    a = ap.parse_args()
    common.install_signals()
    common.need_binaries()
    results = {}
    spec = ",".join(s for s in a.server.split(",") if s != "victoria")
    for name, definition in common.resolve_servers(spec, []):
        print(f"{name} …", flush=True)
        results[name] = measure(name, definition, a)
        print("  %.1f ms CPU a round" % results[name]["round_cpu_ms"], flush=True)
    show(results)


if __name__ == "__main__":
    sys.exit(main())
