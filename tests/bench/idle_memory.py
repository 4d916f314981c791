#!/usr/bin/env python3
"""Memory and CPU of everything at rest: fifty rules that do not fire and three targets (the server,
the Alertmanager beside or in it, and a page of 512 series), every 15 s. Debian's Prometheus and
Alertmanager together, then watchfire with all of its three listeners, on two dashboards of
examples/quickstart. Standard library only.
"""
import argparse
import http.server
import pathlib
import threading
import time

from processes import MIB, Process, Window, free_port, table

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = 50
MODES = ("user", "system", "idle", "iowait", "nice", "irq", "softirq", "steal")
PAGE = "".join('node_cpu_seconds_total{cpu="%d",mode="%s"} %d.5\n' % (cpu, mode, cpu * 7)
               for cpu in range(64) for mode in MODES).encode()
ALERTMANAGER = """route: {receiver: nobody, group_by: [alertname]}
receivers:
- name: nobody
  webhook_configs: [{url: 'http://127.0.0.1:9/'}]
"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


def rules():
    out = ["groups:"]
    for group in range(5):
        out += ["- name: group%d" % group, "  rules:"]
        for n in range(group, RULES, 5):
            out += ["  - alert: Alert%d" % n,
                    "    expr: sum by (instance) (rate(node_cpu_seconds_total[5m])) > %d" %
                    (1000 + n), "    for: 5m", "    labels: {severity: page}",
                    "    annotations: {summary: '{{ $labels.instance }}: {{ $value }}'}"]
    return "\n".join(out) + "\n"


def config(ports):
    out = ["global: {scrape_interval: 15s, evaluation_interval: 15s}", "rule_files: [rules.yml]"]
    if len(ports) > 3:
        ports = ports[:3]
        out += ["alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:%d']}]}]}"
                % ports[1]]
    out += ["scrape_configs:"]
    for name, port in zip(("server", "alertmanager", "node"), ports):
        out += ["- job_name: " + name,
                "  static_configs: [{targets: ['127.0.0.1:%d']}]" % port]
    return "\n".join(out) + "\n"


def measure(a, processes):
    time.sleep(a.settle)
    out = Window(*processes)
    time.sleep(a.seconds)
    return out.finish()


def peers(a, page):
    web, alerts = free_port(), free_port()
    with Process("alertmanager", [
            "prometheus-alertmanager", "--config.file=am.yml", "--storage.path=data",
            f"--web.listen-address=127.0.0.1:{alerts}", "--cluster.listen-address="], alerts,
            files={"am.yml": ALERTMANAGER}) as second, Process("prometheus", [
                "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{web}"], web,
                files={"prometheus.yml": config([web, alerts, page, 1]),
                       "rules.yml": rules()}) as first:
        return measure(a, [first, second])


def ours(a, page):
    web, alerts = free_port(), free_port()
    files = {"prometheus.yml": config([web, alerts, page]), "rules.yml": rules(),
             "am.yml": ALERTMANAGER}
    with Process("watchfire", [
            a.program, "--config.file=prometheus.yml", "--storage.tsdb.path=data",
            f"--web.listen-address=127.0.0.1:{web}", "--alertmanager.config.file=am.yml",
            f"--alertmanager.web.listen-address=127.0.0.1:{alerts}",
            f"--grafana.listen-address=127.0.0.1:{free_port()}",
            f"--grafana.provisioning={ROOT}/examples/quickstart/provisioning"], web,
            files=files) as server:
        return measure(a, [server])


def main():
    ap = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--program", default=str(ROOT / "build/bin/watchfire"))
    ap.add_argument("--settle", type=float, default=60)
    ap.add_argument("--seconds", type=float, default=60)
    a = ap.parse_args()
    page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    both, one = peers(a, page.server_address[1]), ours(a, page.server_address[1])
    rows = [["", "Prometheus + Alertmanager", "watchfire", "ratio"]]
    for what, key, unit in (("RSS average, MiB", "rss", MIB), ("anonymous, MiB", "anonymous", MIB),
                            ("of files, MiB", "files", MIB), ("RSS highest, MiB", "rss_max", MIB)):
        rows.append([what, "%.1f" % (both[key] / unit), "%.1f" % (one[key] / unit),
                     "%.2f" % (one[key] / both[key])])
    used = [1e3 * x["cpu"] / x["seconds"] for x in (both, one)]
    rows.append(["CPU, ms a second", "%.2f" % used[0], "%.2f" % used[1],
                 "%.2f" % (used[1] / used[0])])
    table(rows)


if __name__ == "__main__":
    main()
