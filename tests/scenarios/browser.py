#!/usr/bin/env python3
"""The pages in a real browser: starts a server on itself and its machine, runs tests/e2e on it."""
import pathlib
import shutil
import subprocess

import harness

CONFIG = """global: {{scrape_interval: 1s, scrape_timeout: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: watchfire
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
  - job_name: node
    metrics_path: /metrics/host
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
  - job_name: gone
    static_configs: [{{targets: ['127.0.0.1:1']}}]
"""


def pages_work_in_a_browser():
    chromium, node = shutil.which("chromium"), shutil.which("node")
    assert chromium and node, "chromium and nodejs are needed (./dev test installs them)"
    with harness.scene() as (directory, stack):
        port = harness.free_port()
        rules = pathlib.Path("examples/quickstart/rules.yml").resolve()
        server = harness.Server(directory, CONFIG.format(port=port, rules=rules), port=port)
        stack.callback(lambda: server.process.poll() is None and server.kill())
        server.start()
        if "no web UI" in server.get("/query").text:
            print("built without the web UI: skipped")
            return
        # Graphs need a stretch of data to be looked at.
        harness.wait_for("half a minute of data",
                         lambda: server.value('max(count_over_time(up[5m])) > 25'), 120)
        done = subprocess.run([node, "tests/e2e/run.mjs", "--base-url", server.url,
                               "--out", "build/e2e"], timeout=540)
        assert done.returncode == 0, "a browser scenario failed"


harness.main([pages_work_in_a_browser])
