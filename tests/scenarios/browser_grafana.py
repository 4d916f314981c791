#!/usr/bin/env python3
"""The dashboards' side in a real browser: starts a new server on itself and its machine, and one with
a dashboard from a file that anybody may look at, and runs tests/e2e/grafana.mjs on them."""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

import harness

CONFIG = """global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
scrape_configs:
  - job_name: watchfire
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
  - job_name: node
    metrics_path: /metrics/host
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
  - job_name: gone
    static_configs: [{{targets: ['127.0.0.1:1']}}]
"""
PROVIDER = """apiVersion: 1
providers:
  - {{name: files, folder: From files, type: file, options: {{path: '{path}'}}}}
"""
FROM_FILE = {
    "uid": "from-file", "title": "From a file", "schemaVersion": 39,
    "time": {"from": "now-5m", "to": "now"},
    "panels": [{"id": 1, "type": "stat", "title": "Targets that answer",
                "gridPos": {"x": 0, "y": 0, "w": 12, "h": 6},
                "targets": [{"refId": "A", "expr": "sum(up)"}]}],
}


class Webhook(http.server.BaseHTTPRequestHandler):
    """Takes whatever it is told."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def start(stack, directory, name, environment):
    """A server that scrapes itself, with the given settings of its dashboards' side."""
    port = harness.free_port()
    folder = directory / name
    folder.mkdir()
    server = harness.Server(folder, CONFIG.format(port=port),
                            f"--alertmanager.web.listen-address=127.0.0.1:{harness.free_port()}",
                            port=port, grafana=True, environment=environment)
    stack.callback(lambda: server.process.poll() is None and server.kill())
    return server.start()


def dashboards_work_in_a_browser():
    chromium, node = shutil.which("chromium"), shutil.which("node")
    assert chromium and node, "chromium and nodejs are needed (./dev test installs them)"
    conformance = pathlib.Path(os.environ.get("WATCHFIRE_CONFORMANCE", "../shared/conformance"))
    with harness.scene() as (directory, stack):
        provisioning, files = directory / "provisioning", directory / "files"
        (provisioning / "dashboards").mkdir(parents=True)
        files.mkdir()
        (provisioning / "dashboards" / "files.yml").write_text(PROVIDER.format(path=files))
        (files / "from-file.json").write_text(json.dumps(FROM_FILE))
        heard = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        stack.callback(heard.server_close)
        stack.callback(heard.shutdown)
        threading.Thread(target=heard.serve_forever, daemon=True).start()

        server = start(stack, directory, "signed-in", {"GF_PATHS_PROVISIONING": str(directory)})
        anonymous = start(stack, directory, "anonymous", {
            "GF_PATHS_PROVISIONING": str(provisioning), "GF_AUTH_ANONYMOUS_ENABLED": "true"})
        if "no web UI" in server.get("/query").text:
            print("built without the web UI: skipped")
            return
        # Rates over a range of a minute need samples to stand on.
        harness.wait_for("a stretch of data",
                         lambda: server.value("max(count_over_time(up[5m])) > 20"), 120)
        done = subprocess.run([node, "tests/e2e/grafana.mjs", "--base-url", server.url,
                               "--grafana-url", server.grafana_url,
                               "--anonymous-url", anonymous.grafana_url,
                               "--alerting-url", alerting_url(server),
                               "--webhook-url", f"http://127.0.0.1:{heard.server_port}/",
                               "--dashboards", str(conformance / "dashboards"),
                               "--out", "build/e2e-grafana"], timeout=900)
        assert done.returncode == 0, "a browser scenario failed"


def alerting_url(server):
    flag = next(one for one in server.flags if one.startswith("--alertmanager.web"))
    return "http://" + flag.split("=")[1]


harness.main([dashboards_work_in_a_browser])
