#!/usr/bin/env python3
"""The pages in a real browser: starts a server on itself and its machine, runs tests/e2e on it."""
import http.server
import pathlib
import shutil
import subprocess
import threading

import harness

CONFIG = """global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [{rules}, {alerts}]
scrape_configs:
  - job_name: watchfire
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
  - job_name: node
    metrics_path: /metrics/host
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
  - job_name: gone
    static_configs: [{{targets: ['127.0.0.1:1']}}]
"""


# One that fires, one that waits, and one whose receiver nobody answers.
ALERTS = """groups:
  - name: browser
    rules:
      - {record: 'job:up:sum', expr: sum by (job) (up)}
      - alert: TargetGone
        expr: up{job="gone"} == 0
        labels: {severity: page, team: web}
        annotations: {summary: '{{ $labels.instance }} does not answer'}
      - {alert: Waiting, expr: sum(up) >= 0, for: 1h, labels: {severity: info}}
      - {alert: Unheard, expr: sum(up) >= 0, labels: {severity: info, team: db}}
"""
ROUTES = """route:
  receiver: nobody
  group_by: [alertname]
  group_wait: 1s
  group_interval: 5s
  routes:
    - {{matchers: ['severity="page"'], receiver: pager}}
    - {{matchers: ['team="db"'], receiver: broken}}
receivers:
  - name: nobody
  - {{name: pager, webhook_configs: [{{url: '{heard}'}}]}}
  - {{name: broken, webhook_configs: [{{url: 'http://127.0.0.1:1/'}}]}}
"""


class Webhook(http.server.BaseHTTPRequestHandler):
    """Takes whatever it is told."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def pages_work_in_a_browser():
    chromium, node = shutil.which("chromium"), shutil.which("node")
    assert chromium and node, "chromium and nodejs are needed (./dev test installs them)"
    with harness.scene() as (directory, stack):
        port = harness.free_port()
        rules = pathlib.Path("examples/quickstart/rules.yml").resolve()
        heard = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        stack.callback(heard.server_close)
        stack.callback(heard.shutdown)
        threading.Thread(target=heard.serve_forever, daemon=True).start()
        alerts, routes = directory / "alerts.yml", directory / "alertmanager.yml"
        alerts.write_text(ALERTS)
        routes.write_text(ROUTES.format(heard=f"http://127.0.0.1:{heard.server_port}/"))
        alerting = f"127.0.0.1:{harness.free_port()}"
        server = harness.Server(directory, CONFIG.format(port=port, rules=rules, alerts=alerts),
                                f"--alertmanager.config.file={routes}",
                                f"--alertmanager.web.listen-address={alerting}", port=port)
        stack.callback(lambda: server.process.poll() is None and server.kill())
        server.start()
        if "no web UI" in server.get("/query").text:
            print("built without the web UI: skipped")
            return
        # Graphs need a stretch of data to be looked at.
        harness.wait_for("half a minute of data",
                         lambda: server.value('max(count_over_time(up[5m])) > 25'), 120)
        done = subprocess.run([node, "tests/e2e/run.mjs", "--base-url", server.url,
                               "--alerting-url", f"http://{alerting}",
                               "--out", "build/e2e"], timeout=900)
        assert done.returncode == 0, "a browser scenario failed"


harness.main([pages_work_in_a_browser])
