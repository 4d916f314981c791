#!/usr/bin/env python3
"""Query latency and CPU of servers that go on scraping.

Each server in turn scrapes a simulator of N targets x M series for --warmup seconds; then, while
the scraping goes on, every shape is asked over one keep-alive connection on loopback, at "now" and
in ranges that end now, so that no answer can come from a cache. Per shape: p50, p99 and the lowest
latency to the last byte, the server's CPU per query (its scraping, measured before, taken off) and
the size of the answer; at the end the highest RSS since the first query, and what 50 alerting
expressions cost. The numbers of series that the servers answer must agree.

Uses the simulator and the process bookkeeping of the benchmark harness at $WATCHFIRE_BENCH (a copy
of it, writable: it is compiled beside its sources). Standard library only.
"""
import argparse
import json
import math
import os
import pathlib
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HARNESS = pathlib.Path(os.environ.get("WATCHFIRE_BENCH", ROOT / "build/bench")).resolve()
sys.path.insert(0, str(HARNESS))
try:
    from benchlib import common, httpc
except ImportError:
    sys.exit(f"live_queries: no harness at {HARNESS} (set WATCHFIRE_BENCH); nothing measured")

MIB = 1 << 20
STEP = 5
JOB = "app"
CLUSTERS = 8
PEERS = ("prometheus", "victoria")
ALIASES = {"victoria-metrics": "victoria", "prom": "prometheus", "vm": "victoria"}

HOST = 'instance="host-3:9100"'
BUCKET = 'http_request_duration_seconds_bucket{handler=~"/api/v1/(orders|users)/list"}'
FOUR = '{method="GET",handler=~"/api/v1/(orders|users|carts|payments)/list"}'
SUM = "http_request_duration_seconds_sum" + FOUR
COUNT = "http_request_duration_seconds_count" + FOUR
REQUESTS = 'http_requests_total{%shandler="/api/v1/orders/list"}'

# id, kind, what is asked, gate and aim in ms with 100 k and with 1 M series. At 1,000 series a
# target the selectors take 48 (buckets), 10, 2, 4, 8 and 240 series of each.
SHAPES = [
    ("Q1", "instant", "node_load1{%s}" % HOST, (0.25, 0.25), (0.08, 0.08)),
    ("Q2", "instant", "up", (0.6, 3), (0.2, 0.8)),
    ("Q3", "instant", 'count({job="%s"})' % JOB, (30, 300), (2, 20)),
    ("Q4", "instant", "sum by(instance)(rate(%s[1m]))" % BUCKET, (6, 70), (1.2, 12)),
    ("Q5", "instant", "topk(10, rate(%s[1m]))" % (REQUESTS % ""), (1.5, 15), (0.4, 3)),
    ("Q6", "range", "rate(%s[1m])" % (REQUESTS % 'code="200",'), (2, 25), (0.8, 8)),
    ("Q7", "range", "sum by(le,handler)(rate(%s[2m]))" % BUCKET, (7, 90), (2, 25)),
    ("Q8", "range", "histogram_quantile(0.99, sum by(le)(rate(%s[1m])))" % BUCKET,
     (7, 90), (2, 25)),
    ("Q9", "range", "%s / on(instance,handler) %s" % (SUM, COUNT), (4, 60), (1.2, 20)),
    ("Q10", "range",
     'max by(cluster)(max_over_time(node_filesystem_avail_bytes{fstype="ext4"}[5m]))',
     (2, 20), (0.6, 5)),
    ("Q11", "range", 'count by(__name__)({__name__=~"node_(cpu|disk|filesystem|memory).*"})',
     (25, 300), (5, 50)),
    ("Q12a", "series", "{%s}" % HOST, (1.0, 1.0), (0.4, 0.4)),
    ("Q12b", "values", "__name__", (0.2, 0.2), (0.1, 0.1)),
]
RULES = 50
CPU_GATE, CPU_AIM = 0.15, 0.03  # geometric mean over the shapes, against Prometheus
RSS_GATE = 900 * MIB            # at 1 M series


def alert_rules():
    """Fifty expressions as alerting rules have them, no two alike."""
    out = []
    handlers = ("orders", "users", "carts", "payments", "search", "catalog")
    for i in range(RULES):
        pair = (handlers[i % 6], handlers[(i * 5 + 1 + i // 6) % 6])
        buckets = ('http_request_duration_seconds_bucket{handler=~"/api/v1/(%s|%s)/list"}' % pair)
        if i % 3 == 0:
            out.append("sum by(instance)(rate(%s[1m])) > %d" % (buckets, i))
        elif i % 3 == 1:
            out.append("sum by(le,handler)(rate(%s[2m])) > %d" % (buckets, i))
        else:
            out.append("histogram_quantile(0.99, sum by(le)(rate(%s[1m]))) > %g" % (buckets, i / 50))
    return out


# ---------------------------------------------------------------- one request


def path_of(kind, what, span, extra):
    """-> path and parameters of the query as of now"""
    now = time.time()
    if kind == "instant":
        return "/api/v1/query", {"query": what, "time": "%.3f" % now, **extra}
    times = {"start": "%.3f" % (now - span), "end": "%.3f" % now}
    if kind == "range":
        return "/api/v1/query_range", {"query": what, **times, "step": str(STEP), **extra}
    if kind == "series":
        return "/api/v1/series", {"match[]": what, **times, **extra}
    return "/api/v1/label/%s/values" % what, {**times, **extra}


def ask(client, server, kind, what, span, keep=False):
    """-> seconds, bytes, body"""
    path, params = path_of(kind, what, span, server.style["query_params"])
    t0 = time.perf_counter()
    status, size, body = client.request(path, params, keep=keep)
    seconds = time.perf_counter() - t0
    if status != 200:
        raise RuntimeError("HTTP %d: %s" % (status, (body or b"")[:200].decode(errors="replace")))
    return seconds, size, body


def count_answer(body):
    """-> series, points"""
    data = json.loads(body)["data"]
    if isinstance(data, list):
        return len(data), len(data)
    result = data["result"]
    return len(result), sum(len(r["values"]) if "values" in r else 1 for r in result)


# ---------------------------------------------------------------- one server


class Background:
    """CPU that a server uses without queries, in cores."""

    def __init__(self, pid, seconds):
        c0, t0 = common.cpu_of(pid), time.monotonic()
        time.sleep(seconds)
        self.cores = (common.cpu_of(pid) - c0) / (time.monotonic() - t0)


class PeakRss(threading.Thread):
    """The highest RSS from begin to end: the kernel's high-water mark where it may be reset, else
    looked at every 50 ms."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.highest, self.done = pid, 0, threading.Event()
        try:
            with open("/proc/%d/clear_refs" % pid, "w") as f:
                f.write("5")
            self.exact = True
        except OSError:
            self.exact = False
        self.start()

    def run(self):
        while not self.done.wait(0.05):
            try:
                m = common.mem_of(self.pid)
            except OSError:
                return
            self.highest = max(self.highest, m["hwm"] if self.exact else m["rss"])

    def finish(self):
        self.done.set()
        self.join(5)
        m = common.mem_of(self.pid)
        return max(self.highest, m["hwm"] if self.exact else m["rss"])


def scrape_config(interval, port, n):
    out = ["global:", "  scrape_interval: %gs" % interval,
           "  scrape_timeout: %gs" % min(10, interval), "scrape_configs:",
           "- job_name: " + JOB, "  static_configs:"]
    for i in range(n):
        out += ["  - targets: ['127.0.0.1:%d']" % port,
                "    labels: {__metrics_path__: /t/%d/metrics, instance: 'host-%d:9100', "
                "cluster: 'c%d'}" % (i, i, i % CLUSTERS)]
    return "\n".join(out) + "\n"


def wait_all_scraped(sim, server, interval):
    limit = time.monotonic() + 3 * interval + 90
    while sim.stats()["never_scraped"]:
        if time.monotonic() > limit:
            raise RuntimeError("%s does not scrape all targets:\n%s"
                               % (server.name, server.log_tail()))
        time.sleep(0.25)


def measure_shape(client, server, kind, what, a, idle_cores):
    """The distribution of one shape. At least a.reps repetitions, but not longer than
    a.max_seconds; quick ones are repeated for a.min_seconds."""
    pid = server.pid
    for _ in range(2):
        ask(client, server, kind, what, a.span)
    times, size = [], 0
    cpu0, t0 = common.cpu_of(pid), time.monotonic()
    while True:
        seconds, size, _ = ask(client, server, kind, what, a.span)
        times.append(seconds * 1e3)
        spent = time.monotonic() - t0
        enough = len(times) >= a.reps and (spent >= a.min_seconds or len(times) >= a.max_reps)
        if enough or (spent > a.max_seconds and len(times) >= 3):
            break
    spent = time.monotonic() - t0
    cpu = common.cpu_of(pid) - cpu0
    series, points = count_answer(ask(client, server, kind, what, a.span, keep=True)[2])
    return {"reps": len(times), "p50_ms": common.median(times), "p99_ms": common.pct(times, 0.99),
            "min_ms": min(times), "max_ms": max(times), "bytes": size, "series": series,
            "points": points, "cpu_ms": cpu / len(times) * 1e3,
            "cpu_net_ms": max(0.0, cpu - idle_cores * spent) / len(times) * 1e3}


def measure_rules(client, server, a, idle_cores):
    """Rounds of all expressions, as one evaluation a minute would run them."""
    pid, rules, rounds, series = server.pid, alert_rules(), [], 0
    for expr in rules:
        ask(client, server, "instant", expr, a.span)
    begin = time.monotonic()
    while len(rounds) < 5 and (time.monotonic() - begin < a.max_seconds or not rounds):
        cpu0, t0 = common.cpu_of(pid), time.monotonic()
        for expr in rules:
            ask(client, server, "instant", expr, a.span)
        spent = time.monotonic() - t0
        cpu = common.cpu_of(pid) - cpu0
        rounds.append({"wall_ms": spent * 1e3, "cpu_ms": cpu * 1e3,
                       "cpu_net_ms": max(0.0, cpu - idle_cores * spent) * 1e3})
    for expr in rules:
        series += count_answer(ask(client, server, "instant", expr, a.span, keep=True)[2])[0]
    middle = {k: common.median([r[k] for r in rounds]) for k in rounds[0]}
    return {"rounds": rounds, "rules": len(rules), "series": series, **middle}


def measure_server(name, definition, a, shapes, with_rules):
    directory = common.tempdir(a.workdir)
    server = common.Server(name, definition, directory)
    out = {"version": common.version_of(definition), "shapes": {}}
    patience = a.warmup + (len(shapes) + 2) * (a.max_seconds + 60) + 600
    sim = common.Targets(a.targets, a.series, a.interval, seed=a.seed, max_seconds=patience)
    try:
        server.start(scrape_config(a.interval, sim.port, a.targets))
        wait_all_scraped(sim, server, a.interval)
        print("%s: scraping %d x %d, %g s of warm-up" % (name, a.targets, a.series, a.warmup),
              flush=True)
        calm = min(a.warmup / 2, max(3 * a.interval, 5))
        time.sleep(a.warmup - calm)
        idle = Background(server.pid, calm)
        out["idle_cores"], out["rss_before"] = idle.cores, common.mem_of(server.pid)["rss"]
        sim.stats(reset=True)
        busy0, own0, t0 = common.machine_busy(), common.cpu_of(server.pid), time.monotonic()
        peak = PeakRss(server.pid)
        client = httpc.Client(server.port, timeout=300)
        for shape, kind, what, *_ in shapes:
            try:
                one = measure_shape(client, server, kind, what, a, idle.cores)
            except (RuntimeError, OSError, httpc.HttpError, ValueError, KeyError) as error:
                one = {"error": str(error)[:300]}
                client.close()
            out["shapes"][shape] = one
            print("  %-5s %s" % (shape, one.get("error") or "%.3f ms, %.3f ms CPU, %d series"
                                 % (one["p50_ms"], one["cpu_net_ms"], one["series"])), flush=True)
        if with_rules:
            out["rules"] = measure_rules(client, server, a, idle.cores)
        client.close()
        out["peak_rss"], out["peak_exact"] = peak.finish(), peak.exact
        window = sim.stats()["window"]
        out["late_scrapes"], out["scrapes"] = window["late"], window["scrapes"]
        out["other_cores"] = ((common.machine_busy() - busy0)
                              - (common.cpu_of(server.pid) - own0)) / (time.monotonic() - t0)
    finally:
        server.stop(60)
        sim.stop()
        common.drop_tempdir(directory)
    return out


# ---------------------------------------------------------------- the table


def box_of(a):
    """0: the gates for 100 k series, 1: those for a million; whichever is nearer."""
    return 1 if a.targets * a.series >= 316_000 else 0


def number(x):
    if x is None:
        return "-"
    return "%.0f" % x if x >= 100 else "%.3g" % x


def verdict(value, gate, aim):
    if value is None:
        return "-"
    return "aim" if value <= aim else "gate" if value <= gate else "over"


def best_peer(servers, shape, key):
    values = [servers[p]["shapes"].get(shape, {}).get(key) for p in PEERS if p in servers]
    values = [v for v in values if v]
    return min(values) if values else None


def print_latency(doc, shapes, a):
    servers = doc["servers"]
    ours = [n for n in servers if n not in PEERS]
    box = box_of(a)
    head = ["shape"]
    for n in servers:
        head += [n + " p50", "p99", "min", "CPU"]
    head += ["gate", "aim"]
    for n in ours:
        head += [n, "peer/it", "CPU/it"]
    rows = [head + ["series", "KiB"]]
    for shape, _, _, gates, aims in shapes:
        row, last = [shape], {}
        for n in servers:
            last = servers[n]["shapes"][shape]
            row += [number(last.get(k)) for k in ("p50_ms", "p99_ms", "min_ms", "cpu_net_ms")]
        row += [number(gates[box]), number(aims[box])]
        for n in ours:
            one = servers[n]["shapes"][shape]
            row.append(verdict(one.get("p50_ms"), gates[box], aims[box]))
            for key in ("p50_ms", "cpu_net_ms"):
                peer = best_peer(servers, shape, key)
                row.append("%.1f" % (peer / one[key]) if peer and one.get(key) else "-")
        rows.append(row + [str(last.get("series", "-")),
                           number(last["bytes"] / 1024) if "bytes" in last else "-"])
    common.table(rows)
    print("latency and CPU per query in ms; gates for %s series; peer/it: the better peer's p50 "
          "by ours (gate 2)" % ("1 M" if box else "100 k"))


def print_totals(doc, shapes, a):
    servers = doc["servers"]
    base = servers.get("prometheus")
    rows = [["", *servers]]

    def mean_cpu(n):
        pairs = [(servers[n]["shapes"][s[0]].get("cpu_net_ms"),
                  base["shapes"][s[0]].get("cpu_net_ms")) for s in shapes]
        logs = [math.log(x / y) for x, y in pairs if x and y]
        return math.exp(sum(logs) / len(logs)) if logs else None

    if base:
        doc["cpu_geomean"] = {n: mean_cpu(n) for n in servers}
        rows.append(["CPU to prometheus, geometric mean (gate %g, aim %g)" % (CPU_GATE, CPU_AIM)]
                    + [number(doc["cpu_geomean"][n]) for n in servers])
    if all("rules" in s for s in servers.values()):
        rows.append(["Q15: %d rules, CPU ms a round" % RULES]
                    + [number(s["rules"]["cpu_net_ms"]) for s in servers.values()])
        if base:
            rows.append(["Q15: prometheus' CPU by it (gate 5, aim 30)"]
                        + [number(base["rules"]["cpu_net_ms"] / s["rules"]["cpu_net_ms"])
                           if s["rules"]["cpu_net_ms"] else "-" for s in servers.values()])
        rows.append(["Q15: series that fire"] + [str(s["rules"]["series"])
                                                 for s in servers.values()])
    rows.append(["peak RSS of the query set, MiB"
                 + (" (gate %d)" % (RSS_GATE / MIB) if box_of(a) else "")]
                + [number(s["peak_rss"] / MIB) for s in servers.values()])
    rows.append(["RSS before the queries, MiB"]
                + [number(s["rss_before"] / MIB) for s in servers.values()])
    rows.append(["cores while scraping only"]
                + [number(s["idle_cores"]) for s in servers.values()])
    rows.append(["late scrapes"] + ["%d of %d" % (s["late_scrapes"], s["scrapes"])
                                    for s in servers.values()])
    common.table(rows)


def disagreements(doc, shapes):
    """Shapes whose servers answer another number of series, or points more than 5 % apart (a
    range's first and last step depend on when the scrape was). Where all names are listed, a server
    may have two of its own: VictoriaMetrics writes one more series per scrape."""
    out = []
    for shape, kind, *_ in shapes:
        slack = 2 if kind in ("series", "values") else 0
        answers = {n: s["shapes"][shape] for n, s in doc["servers"].items()}
        for n, one in answers.items():
            if "error" in one:
                out.append("%s: %s: %s" % (shape, n, one["error"]))
        counts = {n: (o["series"], o["points"]) for n, o in answers.items() if "error" not in o}
        series = [c[0] for c in counts.values()]
        if series and max(series) - min(series) > slack:
            out.append("%s: series differ: %s" % (shape, {n: c[0] for n, c in counts.items()}))
        points = [c[1] for c in counts.values()]
        if points and max(points) > 1.05 * min(points) + 2:
            out.append("%s: points differ: %s" % (shape, {n: c[1] for n, c in counts.items()}))
    return out


def parse_arguments():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    default = "prometheus,victoria,watchfire=%s" % (ROOT / "build/bin/watchfire")
    ap.add_argument("--server", default=default,
                    help="comma separated: prometheus, victoria (or victoria-metrics), NAME=PATH "
                         "of a binary with Prometheus' flags (default: %(default)s)")
    ap.add_argument("--server-args", action="append", metavar="NAME:ARG")
    ap.add_argument("--targets", type=int, default=100)
    ap.add_argument("--series", type=int, default=1000, help="of each target")
    ap.add_argument("--interval", type=float, default=5, help="seconds between scrapes")
    ap.add_argument("--warmup", type=float, default=300, help="seconds, once all were scraped; at least 120, or VictoriaMetrics, which "
                         "hides the last 30, has too little to show")
    ap.add_argument("--only", help="comma separated shapes, as Q1,Q12a,Q15")
    ap.add_argument("--reps", type=int, default=11, help="at least so many a shape")
    ap.add_argument("--min-seconds", type=float, default=2, help="at least so long a shape")
    ap.add_argument("--max-reps", type=int, default=2000)
    ap.add_argument("--max-seconds", type=float, default=60, help="at most so long a shape")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--workdir", help="where temporary data directories go")
    ap.add_argument("--out", help="file for the result as JSON")
    ap.add_argument("--markdown", action="store_true", help="tables for a document")
    a = ap.parse_args()
    if a.targets < 4 or a.targets * a.series > 4_000_000 or a.warmup < 1 or a.interval <= 0:
        ap.error("give 4 targets or more, 4 M series at most, and times above zero")
    a.span = min(300, max(STEP, STEP * int(a.warmup / STEP)))
    a.only = a.only.split(",") if a.only else None
    unknown = set(a.only or ()) - {s[0] for s in SHAPES} - {"Q15"}
    if unknown:
        ap.error("no such shape: " + ", ".join(sorted(unknown)))
    return a


def main():
    a = parse_arguments()
    common.install_signals()
    common.need_binaries()
    common.MARKDOWN = a.markdown
    shapes = [s for s in SHAPES if not a.only or s[0] in a.only]
    with_rules = not a.only or "Q15" in a.only
    spec = ",".join(ALIASES.get(s.strip(), s.strip()) for s in a.server.split(","))
    servers = common.resolve_servers(spec, a.server_args)
    doc = {"parameters": vars(a), "host": common.host_info(),
           "began": time.strftime("%Y-%m-%dT%H:%M:%S"), "servers": {}}
    for name, definition in servers:
        doc["servers"][name] = measure_server(name, definition, a, shapes, with_rules)
    print()
    print_latency(doc, shapes, a)
    print()
    print_totals(doc, shapes, a)
    doc["disagreements"] = disagreements(doc, shapes)
    for line in doc["disagreements"]:
        print("differs: " + line)
    out = pathlib.Path(a.out or "live-queries-%s.json" % time.strftime("%Y%m%dT%H%M%S"))
    out.write_text(json.dumps(doc, indent=1, sort_keys=True) + "\n")
    print("result: %s" % out)


if __name__ == "__main__":
    main()
