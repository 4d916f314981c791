#!/usr/bin/env python3
"""A dashboard with a day of data: how soon it is seen, and what thirty people before it cost.

The host metrics of this machine, continued backwards over a day at 30 s, in blocks; the dashboard
is a file (--dashboard; node exporter's full one of the conformance data by default). Needs chromium
and the packages of ui/. Standard library only.
"""
import argparse
import base64
import http.client
import json
import os
import pathlib
import random
import subprocess
import tempfile
import threading
import time

from processes import MIB, Process, free_port, table

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = "dashboards/rfmoz/a2fd8b_node-exporter-full.json"
STEP, DAY = 30, 86_400
CONFIG = """global: {{scrape_interval: 15s}}
scrape_configs:
- job_name: node
  metrics_path: /metrics/host
  static_configs: [{{targets: ['127.0.0.1:{port}']}}]
  relabel_configs: [{{target_label: instance, replacement: host}}]
"""


def backwards(page, out):
    """A day of every series of a page, as OpenMetrics, ending ten minutes ago."""
    random.seed(1)
    end = int(time.time()) // 60 * 60 - 600
    families = {}
    types = dict(line.split()[2:4] for line in page.splitlines() if line.startswith("# TYPE "))
    for line in page.splitlines():
        if line and not line.startswith("#"):
            key, value = line.rsplit(" ", 1)
            families.setdefault(key.split("{")[0], []).append((key, float(value)))
    for name, series in families.items():
        counter = types.get(name) == "counter"
        out.write(f"# TYPE {name} unknown\n")
        for key, value in series:
            labels = key[len(name) + 1:] or "}"
            labels = '{instance="host",job="node"' + (labels if labels == "}" else "," + labels)
            at, rate = value, value / 50_000
            for t in range(end - DAY, end, STEP):
                if counter:
                    at += rate * STEP * (0.5 + random.random())
                elif value != int(value):
                    at = value * (0.9 + 0.2 * random.random())
                out.write(f"{name}{labels} {at:.10g} {t}\n")
    out.write("# EOF\n")


def page_of_host(program):
    port = free_port()
    with Process("watchfire", [program, "--config.file=p.yml", "--storage.tsdb.path=data",
                               f"--web.listen-address=127.0.0.1:{port}",
                               "--grafana.listen-address="], port,
                 files={"p.yml": CONFIG.format(port=port)}) as server:
        return server.request("GET", "/metrics/host")[1].decode()


def ask(port, method, path, body, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, json.dumps(body),
                       {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, (path, answer.status, text[:300])
    return text


def watch(port, queries, stop, authorization, answered):
    """One person: asks all of a refresh every five seconds, beginning at some moment of them."""
    time.sleep(random.random() * 5)
    while time.monotonic() < stop:
        began = time.monotonic()
        now = int(time.time() * 1000)
        for query in queries:
            ask(port, "POST", "/api/ds/query",
                {**query, "from": str(now - DAY * 1000), "to": str(now)}, authorization)
        answered.append(time.monotonic() - began)
        time.sleep(max(0, began + 5 - time.monotonic()))


def crowd(server, port, queries, a, authorization):
    stop, answered = time.monotonic() + a.seconds + 5, []
    people = [threading.Thread(target=watch, daemon=True, args=(
        port, queries, stop, authorization, answered)) for _ in range(a.viewers)]
    for one in people:
        one.start()
    time.sleep(5)
    before, began = server.cpu(), time.monotonic()
    time.sleep(a.seconds)
    cores = (server.cpu() - before) / (time.monotonic() - began)
    for one in people:
        one.join()
    return cores, 1e3 * sum(answered) / len(answered)


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    conformance = os.environ.get("WATCHFIRE_CONFORMANCE", str(ROOT.parent / "shared/conformance"))
    ap.add_argument("--program", default=str(ROOT / "build/bin/watchfire"))
    ap.add_argument("--dashboard", default=f"{conformance}/{DASHBOARD}")
    ap.add_argument("--rounds", type=int, default=9)
    ap.add_argument("--viewers", type=int, default=30)
    ap.add_argument("--seconds", type=float, default=60)
    a = ap.parse_args()
    model = json.loads(pathlib.Path(a.dashboard).read_text())
    authorization = {"Authorization": "Basic " + base64.b64encode(b"admin:admin").decode()}
    with tempfile.TemporaryDirectory(prefix="bench-dashboards-") as directory:
        data, lines = f"{directory}/data", f"{directory}/day.om"
        with open(lines, "w") as out:
            backwards(page_of_host(a.program), out)
        os.mkdir(data)
        subprocess.run([a.program, "tool", "tsdb", "create-blocks-from", "openmetrics", lines,
                        data], check=True, stdout=subprocess.DEVNULL)
        web, dashboards = free_port(), free_port()
        with Process("watchfire", [a.program, "--config.file=p.yml", f"--storage.tsdb.path={data}",
                                   f"--web.listen-address=127.0.0.1:{web}",
                                   f"--grafana.listen-address=127.0.0.1:{dashboards}"], web,
                     files={"p.yml": CONFIG.format(port=web)}) as server:
            uid = json.loads(ask(dashboards, "POST", "/api/dashboards/import",
                                 {"dashboard": model, "overwrite": True, "inputs": []},
                                 authorization))["uid"]
            time.sleep(40)  # so that rates have something to go by
            seen = json.loads(subprocess.run(
                ["node", str(ROOT / "tests/bench/dashboard_view.mjs"),
                 f"http://127.0.0.1:{dashboards}", f"/d/{uid}?from=now-24h&to=now", str(a.rounds)],
                check=True, capture_output=True, text=True).stdout)
            cores, refresh = crowd(server, dashboards, seen["queries"], a, authorization)
            rss = server.memory()["VmRSS"]
    table([["figure", "median"],
           ["first row drawn, ms", "%.0f" % seen["first"]],
           ["all panels in view drawn, ms", "%.0f" % seen["all"]],
           ["layout shift", "%.4f" % seen["shift"]],
           ["script transferred, kB", "%.0f" % seen["script"]],
           ["everything transferred, kB", "%.0f" % seen["everything"]],
           [f"{a.viewers} viewers, refresh every 5 s: cores", "%.3f" % cores],
           ["their refresh, ms", "%.1f" % refresh],
           ["RSS after it, MiB", "%.1f" % (rss / MIB)]])


if __name__ == "__main__":
    main()
