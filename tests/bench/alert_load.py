#!/usr/bin/env python3
"""Alertmanager under load: CPU for an alert pushed and an alert flushed, and memory.

Debian's Alertmanager and watchfire called by that name, one after the other, get the same alerts as
a Prometheus pushes them (a batch after the other over one connection, all again every few seconds,
ending in the future), the same silences (some match) and inhibition rules (whose sources fire), and
tell one webhook receiver, which counts. Two windows: `quiet`, where groups are flushed every
interval and nothing is new, as almost always; and `loud`, after a reload, where every flush
notifies. What is notified must be the same alerts. Standard library only.
"""
import argparse
import datetime
import http.client
import json
import pathlib
import re
import socketserver
import sys
import threading
import time

from processes import MIB, Process, Window, free_port, table

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES, SERVICES, INSTANCES = 25, 20, 20  # groups are names x services
SILENCES, SILENCES_THAT_MATCH, INHIBIT_RULES = 200, 20, 50
GROUP_INTERVAL = 5


def config(receiver, repeat):
    rules = []
    for k in range(INHIBIT_RULES):
        rules.append(
            "- source_matchers: ['alertname=\"Alert%d\"', severity=critical, role=leader]\n"
            "  target_matchers: ['alertname=\"Alert%d\"', severity=warning]\n"
            "  equal: [service, instance]\n" % (k % 5, 5 + k % 20))
    return ("route:\n  receiver: count\n  group_by: [alertname, service]\n  group_wait: 1s\n"
            "  group_interval: %ds\n  repeat_interval: %s\n"
            "receivers:\n- name: count\n  webhook_configs:\n"
            "  - url: http://127.0.0.1:%d/\n    send_resolved: false\n"
            "inhibit_rules:\n%s" % (GROUP_INTERVAL, repeat, receiver, "".join(rules)))


def labels_of(name, service, instance):
    out = {"alertname": "Alert%d" % name, "service": "service-%d" % service,
           "instance": "10.0.%d.%d:9100" % (service, instance), "cluster": "eu-%d" % (service % 4),
           "job": "node", "namespace": "team-%d" % (name % 7),
           "severity": "critical" if name < 5 else "warning"}
    if name < 5 and instance == 0:
        out["role"] = "leader"
    return out


def alerts():
    out = []
    for name in range(NAMES):
        for service in range(SERVICES):
            for instance in range(INSTANCES):
                labels = labels_of(name, service, instance)
                out.append({"labels": labels, "annotations": {
                    "summary": "%(alertname)s on %(instance)s of %(service)s" % labels,
                    "description": "The value has been above its threshold for ten minutes, see "
                                   "the dashboard of %(cluster)s/%(namespace)s." % labels,
                    "runbook_url": "https://runbooks.example.com/%(alertname)s" % labels},
                    "generatorURL": "http://prometheus.example.com/graph?g0.expr=rate%%28errors"
                                    "_total%%5B5m%%5D%%29+%%3E+%d&g0.tab=1" % name})
    return out


def silence(k):
    if k < SILENCES_THAT_MATCH:  # ten instances of a service each
        pairs = [("alertname", "Alert7", False), ("service", "service-%d" % k, False),
                 ("instance", r"10\.0\.%d\.1[0-9]:9100" % k, True)]
    elif k % 2:
        pairs = [("alertname", "Other%d" % k, False), ("instance", r"10\.0\..*", True)]
    else:
        pairs = [("service", "service-%d" % (k % SERVICES), False),
                 ("instance", r"10\.9\.%d\..*" % k, True)]
    return {"matchers": [{"name": n, "value": v, "isRegex": r, "isEqual": True}
                         for n, v, r in pairs],
            "startsAt": stamp(0), "endsAt": stamp(7200), "createdBy": "bench", "comment": "bench"}


def stamp(ahead):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=ahead)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Receiver:
    """Counts notifications, alerts in them, and which alerts they were."""

    def __init__(self):
        receiver = self
        self.lock = threading.Lock()
        self.clear()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while receiver.take(self.rfile):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, request_queue_size = True, True, 1024

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def clear(self):
        with self.lock:
            self.notifications, self.alerts, self.bytes, self.seen = 0, 0, 0, set()

    def take(self, stream):
        length = 0
        while True:
            line = stream.readline()
            if not line:
                return False
            if line == b"\r\n":
                break
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = stream.read(length)
        found = re.findall(rb'"fingerprint":"([0-9a-f]+)"', body)
        with self.lock:
            self.notifications += 1
            self.alerts += len(found)
            self.bytes += length
            self.seen.update(found)
        return True

    def counts(self):
        with self.lock:
            return {"notifications": self.notifications, "alerts": self.alerts,
                    "bytes": self.bytes, "distinct": len(self.seen)}


class Pusher(threading.Thread):
    """All alerts every `every` seconds; the bodies are the same for every server but for their
    times, and are built before they are sent."""

    def __init__(self, port, batch, every):
        super().__init__(daemon=True)
        self.port, self.batch, self.every = port, batch, every
        self.all, self.pushed, self.requests = alerts(), 0, 0
        self.seconds, self.error, self.done = 0.0, None, threading.Event()

    def bodies(self):
        ends, starts = stamp(4 * 60), "2026-01-02T03:04:05.678Z"
        for n in range(0, len(self.all), self.batch):
            yield json.dumps([{**a, "startsAt": starts, "endsAt": ends}
                              for a in self.all[n:n + self.batch]], separators=(",", ":")).encode()

    def push(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for body in list(self.bodies()):
            t0 = time.perf_counter()
            connection.request("POST", "/api/v2/alerts", body,
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            self.seconds += time.perf_counter() - t0
            if answer.status != 200:
                raise RuntimeError("push: HTTP %d: %s" % (answer.status, text[:200]))
            self.requests += 1
        self.pushed += len(self.all)
        connection.close()

    def run(self):
        following = time.monotonic()
        while not self.done.wait(max(0, following - time.monotonic())):
            following += self.every
            try:
                self.push()
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                self.error = error
                return

    def finish(self):
        self.done.set()
        self.join(60)
        if self.error:
            raise RuntimeError(f"pushing failed: {self.error}")


def window_of(server, pusher, receiver, seconds):
    pushed0, requests0, spent0 = pusher.pushed, pusher.requests, pusher.seconds
    receiver.clear()
    window = Window(server)
    time.sleep(seconds)
    out = window.finish()
    out.update(receiver.counts())
    out["pushed"] = pusher.pushed - pushed0
    out["request_ms"] = 1e3 * (pusher.seconds - spent0) / max(1, pusher.requests - requests0)
    out["flushed"] = NAMES * SERVICES * INSTANCES * seconds / GROUP_INTERVAL
    return out


def wait_for(what, condition, seconds=120):
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise RuntimeError(f"{what}: not within {seconds} s")
        time.sleep(0.1)


def measure(name, program, a):
    receiver, port = Receiver(), free_port()
    arguments = [program, "--config.file=alertmanager.yml", "--storage.path=data",
                 f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    files = {"alertmanager.yml": config(receiver.port, "4h")}
    with Process(name, arguments, port, files=files, call_as="alertmanager") as server:
        empty = server.memory()["VmRSS"]
        for k in range(SILENCES):
            status, body = server.request("POST", "/api/v2/silences", json.dumps(silence(k)))
            if status != 200:
                raise RuntimeError("silence: HTTP %d: %s" % (status, body[:200]))
        pusher = Pusher(port, a.batch, a.every)
        pusher.start()
        wait_for("every alert", lambda: pusher.error or pusher.pushed >= len(pusher.all))
        time.sleep(2 * GROUP_INTERVAL)
        told = set(receiver.seen)
        quiet = window_of(server, pusher, receiver, a.seconds)
        server.write("alertmanager.yml", config(receiver.port, "1s"))
        if server.request("POST", "/-/reload")[0] != 200:
            raise RuntimeError("reload failed:\n" + server.log.read_text()[-2000:])
        receiver.clear()
        time.sleep(2 * GROUP_INTERVAL + 2)
        loud = window_of(server, pusher, receiver, a.seconds)
        pusher.finish()
    receiver.server.shutdown()
    return {"empty_rss": empty, "quiet": quiet, "loud": loud, "told": told}


def show(results):
    names = list(results)
    base = results[names[0]]
    rows = [["", *names, f"to {names[0]}"]]

    def row(what, value, form="%.1f", ratio=True):
        values = [value(results[n]) for n in names]
        share = "%.3f" % (values[-1] / values[0]) if ratio and values[0] else ""
        rows.append([what, *(form % v for v in values), share])

    row("quiet: CPU µs an alert pushed", lambda r: 1e6 * r["quiet"]["cpu"] / r["quiet"]["pushed"])
    row("quiet: CPU, ms a second", lambda r: 1e3 * r["quiet"]["cpu"] / r["quiet"]["seconds"])
    row("loud: CPU µs an alert flushed", lambda r: 1e6 * r["loud"]["cpu"] / r["loud"]["flushed"])
    row("loud: CPU µs an alert notified", lambda r: 1e6 * r["loud"]["cpu"] / r["loud"]["alerts"])
    for window in ("quiet", "loud"):
        row(f"{window}: RSS average, MiB", lambda r: r[window]["rss"] / MIB)
        row(f"{window}: RSS highest, MiB", lambda r: r[window]["rss_max"] / MIB)
        row(f"{window}: anonymous, MiB", lambda r: r[window]["anonymous"] / MIB)
    row("RSS before the first alert, MiB", lambda r: r["empty_rss"] / MIB)
    row("quiet: a push of a batch, ms", lambda r: r["quiet"]["request_ms"], "%.2f")
    row("loud: alerts notified", lambda r: r["loud"]["alerts"], "%d", False)
    row("loud: KiB a notification", lambda r: r["loud"]["bytes"] / 1024 /
        max(1, r["loud"]["notifications"]), ratio=False)
    row("other load, cores (quiet)", lambda r: r["quiet"]["other_cores"], "%.2f", False)
    row("other load, cores (loud)", lambda r: r["loud"]["other_cores"], "%.2f", False)
    table(rows)
    return [n for n in names[1:] if results[n]["told"] != base["told"]]


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--server", default="alertmanager=prometheus-alertmanager,watchfire=%s"
                    % (ROOT / "build/bin/watchfire"), help="NAME=PROGRAM, comma separated")
    ap.add_argument("--seconds", type=float, default=40, help="of each window")
    ap.add_argument("--every", type=float, default=10, help="seconds between pushes of all alerts")
    ap.add_argument("--batch", type=int, default=64, help="alerts in a request")
    a = ap.parse_args()
    results = {}
    for item in a.server.split(","):
        name, _, program = item.partition("=")
        print(f"{name} …", flush=True)
        results[name] = measure(name, program, a)
        one = results[name]
        print("  %d alerts told of; quiet %.1f, loud %.1f CPU s" % (
            len(one["told"]), one["quiet"]["cpu"], one["loud"]["cpu"]), flush=True)
    different = show(results)
    for name in different:
        print(f"differs: {name} told of other alerts")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
