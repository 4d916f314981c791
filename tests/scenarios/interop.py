#!/usr/bin/env python3
"""One data directory, two programs: what Debian's Prometheus wrote answers the same under
watchfire, what watchfire wrote answers the same under Prometheus, logs included, back and forth on
the same directory; and promtool's tools agree with ours. Skipped where Prometheus is missing."""
import itertools
import json
import math
import pathlib
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import harness

QUERIES = [
    'requests_total',
    'requests_total{instance="h1"}[20m]',
    'sum by (path) (rate(requests_total[5m]))',
    'increase(requests_total{instance=~"h[0-2]"}[1h])',
    'avg(temperature) by (instance)',
    'max_over_time(temperature[30m])',
    'quantile(0.9, temperature)',
    'temperature offset 1h',
    'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[10m])))',
    'count({__name__=~".+", job="fill"})',
    'topk(2, temperature)',
    'absent(nothing)',
    'live_total{job="live"}',
    'sum by (job) (count_over_time(live_total[10m]))',
    'changes(live_total[10m])',
]


class Prometheus:
    """Debian's Prometheus on a directory; `start` may be called again."""

    def __init__(self, directory, config, data, *flags):
        self.directory, self.data, self.flags = pathlib.Path(directory), data, flags
        self.config_file = self.directory / f"{pathlib.Path(data).name}-peer.yml"
        self.config_file.write_text(config)
        self.port = harness.free_port()
        self.process = None

    def start(self):
        log = (self.directory / "prometheus.log").open("ab")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.config_file}",
             f"--storage.tsdb.path={self.data}", "--storage.tsdb.retention.time=10y",
             f"--web.listen-address=127.0.0.1:{self.port}", *self.flags], stdout=log, stderr=log)
        harness.wait_for("prometheus ready", self.is_ready)
        return self

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5) as a:
                return a.status == 200
        except OSError:
            return False

    def end(self, kill=False):
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(harness.PATIENCE)

    def close(self):
        if self.process and self.process.poll() is None:
            self.end(kill=True)


def ask(port, query, at):
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode(
        {"query": query, "time": f"{at:.3f}"})
    with urllib.request.urlopen(url, timeout=harness.PATIENCE) as answer:
        return json.load(answer)["data"]["result"]


def ask_range(port, query, start, end, step):
    url = f"http://127.0.0.1:{port}/api/v1/query_range?" + urllib.parse.urlencode(
        {"query": query, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": step})
    with urllib.request.urlopen(url, timeout=harness.PATIENCE) as answer:
        return json.load(answer)["data"]["result"]


def close_enough(a, b):
    return a == b or math.isclose(float(a), float(b), rel_tol=1e-12)


def compare(query, theirs, ours):
    """Equal series with equal points; sums may differ in the last bits by their order."""
    def keyed(result):
        return {json.dumps(s["metric"], sort_keys=True): s.get("values") or [s["value"]]
                for s in result}
    theirs, ours = keyed(theirs), keyed(ours)
    assert theirs.keys() == ours.keys(), f"{query}: {sorted(theirs)} against {sorted(ours)}"
    for series, points in theirs.items():
        mine = ours[series]
        assert len(points) == len(mine), f"{query} {series}: {len(points)} against {len(mine)}"
        for (t, v), (u, w) in zip(points, mine):
            assert t == u and close_enough(v, w), f"{query} {series}: {t} {v} against {u} {w}"


def answers(port, at):
    """Everything that is compared. Times lie between samples: whether a window's left end belongs
    to it differs between the versions of Prometheus."""
    out = {q: ask(port, q, at) for q in QUERIES}
    for q in QUERIES:
        if not q.endswith("]"):
            out["range " + q] = ask_range(port, q, at - 5 * 3600, at, 301)
    return out


def compare_all(theirs, ours):
    assert sum(len(r) for r in theirs.values()) > 100, "the queries find too little"
    for query, result in theirs.items():
        compare(query, result, ours[query])


def open_metrics(now):
    """Six hours of a few series up to shortly before now, each 15 s."""
    lines = ["# TYPE requests counter"]
    start = int(now) - 6 * 3600 - int(now) % 15
    steps = range(0, 6 * 3600 - 300, 15)
    for instance, path in itertools.product(range(4), range(3)):
        labels = f'job="fill",instance="h{instance}",path="/p{path}"'
        lines += [f"requests_total{{{labels}}} {(i * (path + 1)) % 9000} {start + i}"
                  for i in steps]
    lines.append("# TYPE temperature gauge")
    for instance in range(4):
        lines += [f'temperature{{job="fill",instance="h{instance}"}} '
                  f'{20 + math.sin(i / 700) * 5 + instance!r} {start + i}' for i in steps]
    lines.append("# TYPE latency_seconds histogram")
    for le, share in (("0.1", 1), ("1", 3), ("+Inf", 4)):
        lines += [f'latency_seconds_bucket{{job="fill",le="{le}"}} {i * share} {start + i}'
                  for i in steps]
    return "\n".join(lines) + "\n# EOF\n"


def counting_target(stack):
    counter = itertools.count(1)

    def page():
        n = next(counter)
        return "# TYPE live_total counter\n" + "".join(
            f'live_total{{shard="{i}"}} {n * i}\n' for i in range(50))
    target = harness.Target(page)
    stack.callback(target.close)
    return target


def scraping(target):
    return ("global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
            f"scrape_configs: [{{job_name: live, static_configs: [{{targets: "
            f"['{target.address}']}}]}}]\n")


QUIET = "global: {scrape_interval: 1h}\n"


def wait_for_scrapes(port, at_least):
    def enough():
        result = ask(port, 'count_over_time(live_total{shard="1"}[1h])', time.time())
        return result and float(result[0]["value"][1]) >= at_least
    harness.wait_for("scrapes", enough)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def watchfire(stack, directory, config, data, *flags):
    server = harness.Server(directory, config, *flags, "--storage.tsdb.retention.time=10y",
                            data=data)
    stack.callback(lambda: server.process and server.process.poll() is None and server.kill())
    return server


def same_answers(stack, directory, data, at):
    """Prometheus and watchfire on copies of one directory, both with nothing to scrape."""
    copy = directory / "copy-for-prometheus"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data, copy)
    peer = Prometheus(directory, QUIET, copy)
    stack.callback(peer.close)
    peer.start()
    theirs = answers(peer.port, at)
    peer.end()
    copy = directory / "copy-for-watchfire"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data, copy)
    server = watchfire(stack, directory, QUIET, copy)
    server.start()
    ours = answers(server.port, at)
    server.stop()
    compare_all(theirs, ours)


def same_tools(data):
    """Of a directory that nobody has open."""
    (data / "wal").mkdir(exist_ok=True)
    ours = [harness.BINARY, "tool", "tsdb"]
    for what in (["list"], ["list", "-r"]):
        assert run("promtool", "tsdb", *what, str(data)) == run(*ours, *what, str(data))
    theirs = run("promtool", "tsdb", "dump", str(data)).splitlines()
    mine = run(*ours, "dump", str(data)).splitlines()
    assert len(theirs) > 1000 and sorted(theirs) == sorted(mine)
    # Equal counts come in any order there.
    analysis = sorted(run("promtool", "tsdb", "analyze", "--limit=1000", str(data)).splitlines())
    assert analysis == sorted(run(*ours, "analyze", "--limit=1000", str(data)).splitlines())
    run(*ours, "verify", str(data))


def a_directory_goes_to_watchfire_and_back():
    with harness.scene() as (directory, stack):
        data = directory / "data"
        text = directory / "fill.om"
        text.write_text(open_metrics(time.time()))
        run("promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(data))
        target = counting_target(stack)
        peer = Prometheus(directory, scraping(target), data)
        stack.callback(peer.close)
        peer.start()
        wait_for_scrapes(peer.port, 10)
        peer.end(kill=True)
        at = time.time() + 7.003
        same_answers(stack, directory, data, at)
        # Ours goes on with it under default flags and is killed, too.
        server = watchfire(stack, directory, scraping(target), data)
        server.start()
        wait_for_scrapes(server.port, 25)
        server.kill()
        (data / "lock").unlink(missing_ok=True)
        same_answers(stack, directory, data, time.time() + 7.003)
        same_tools(data)
        # And back: Prometheus writes behind us, and we read that.
        peer.start()
        wait_for_scrapes(peer.port, 40)
        peer.end()
        same_answers(stack, directory, data, time.time() + 7.003)
        same_tools(data)


def a_directory_of_ours_opens_under_prometheus():
    with harness.scene() as (directory, stack):
        data = directory / "data"
        text = directory / "fill.om"
        text.write_text(open_metrics(time.time()))
        run(harness.BINARY, "tool", "tsdb", "create-blocks-from", "openmetrics", str(text),
            str(data))
        target = counting_target(stack)
        # Debian's version cannot read zstd.
        server = watchfire(stack, directory, scraping(target), data,
                           "--storage.tsdb.wal-compression-type=snappy")
        server.start()
        wait_for_scrapes(server.port, 10)
        server.kill()
        (data / "lock").unlink(missing_ok=True)
        same_answers(stack, directory, data, time.time() + 7.003)
        same_tools(data)


if __name__ == "__main__":
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        print("skipped: prometheus is not installed")
    else:
        harness.main([a_directory_goes_to_watchfire_and_back,
                      a_directory_of_ours_opens_under_prometheus])
