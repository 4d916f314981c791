"""Runs the real binary for scenarios: starts it on a free port with a data directory of its own,
gives it fake targets, asks its API. Standard library only; every wait is for a condition, with a
deadline that fails loudly."""
import base64
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

BINARY = os.path.abspath(os.environ.get("WATCHFIRE", "build/bin/watchfire"))
# Sanitizer builds are several times slower; scenarios only get more patience, not less work.
PATIENCE = float(os.environ.get("WATCHFIRE_PATIENCE", "30"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


class Target:
    """An HTTP target whose page is whatever `page()` returns; `behave` may take over a request."""

    def __init__(self, page, behave=None):
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                target.requests.append(dict(self.headers))
                if target.behave and target.behave(self):
                    return
                body = target.page()
                body = body if isinstance(body, bytes) else body.encode()
                self.send_response(200)
                self.send_header("Content-Type", target.content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.page, self.behave, self.requests = page, behave, []
        self.content_type = "text/plain; version=0.0.4; charset=utf-8"
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Server:
    """One watchfire. `start` may be called again after `stop` or `kill`: same directory and port."""

    def __init__(self, directory, config, *flags, port=None, prefix="", data=None, grafana=False,
                 environment=None, cwd=None):
        self.directory, self.cwd = pathlib.Path(directory), cwd
        self.data = data or self.directory / "data"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        self.config_file = self.directory / "prometheus.yml"
        self.write_config(config)
        self.flags = list(flags)
        self.grafana_port = free_port() if grafana else None
        self.grafana_url = f"http://127.0.0.1:{self.grafana_port}" if grafana else None
        self.environment = dict(environment or {})
        self.log_path = self.directory / "watchfire.log"
        self.process = None

    def write_config(self, config):
        self.config_file.write_text(config)

    def command(self, *extra):
        return [BINARY, f"--config.file={self.config_file}",
                f"--storage.tsdb.path={self.data}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--grafana.listen-address=" +
                (f"127.0.0.1:{self.grafana_port}" if self.grafana_port else ""),
                *self.flags, *extra]

    def start(self, ready=True):
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stderr=log, stdout=log, cwd=self.cwd,
                                            env={**os.environ, **self.environment})
        if ready:
            wait_for("server ready", self.is_ready)
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"server ended with {self.process.returncode}:\n{self.log()}")
        try:
            return self.get("/-/ready").status == 200
        except OSError:
            return False

    def log(self):
        return self.log_path.read_text(errors="replace")[-6000:]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=PATIENCE):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        assert code == 0, f"exit code {code}:\n{self.log()}"

    def request(self, path, method="GET", data=None, headers=None, base=None):
        request = urllib.request.Request((base or self.url) + path, data, headers or {},
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                answer.text = answer.read().decode()
                return answer
        except urllib.error.HTTPError as error:
            error.text = error.read().decode()
            return error

    def get(self, path, **kwargs):
        return self.request(path, **kwargs)

    def grafana(self, path, method="GET", body=None, login="admin:admin", headers=None):
        """Asks the dashboards' listener; `body` is sent as JSON, the answer has .text and .json."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        if login:
            headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        answer = self.request(path, method, data, headers, base=self.grafana_url)
        try:
            answer.json = json.loads(answer.text)
        except ValueError:
            answer.json = None
        return answer

    def api(self, path, **params):
        query = urllib.parse.urlencode(params, doseq=True)
        answer = self.get("/api/v1" + path + ("?" + query if query else ""))
        body = json.loads(answer.text)
        assert body["status"] == "success", body
        return body["data"]

    def query(self, expression, **params):
        return self.api("/query", query=expression, **params)["result"]

    def value(self, expression, **params):
        """The number that an expression with at most one series gives, or None."""
        result = self.query(expression, **params)
        assert len(result) <= 1, result
        return float(result[0]["value"][1]) if result else None


@contextlib.contextmanager
def scene():
    """A directory and an exit stack: `with scene() as (directory, stack):`."""
    directory = tempfile.mkdtemp(prefix="watchfire-scenario-")
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        yield pathlib.Path(directory), stack


def launch(stack, directory, config, *flags, prefix=""):
    server = Server(directory, config, *flags, prefix=prefix)
    stack.callback(lambda: server.process and server.process.poll() is None and server.kill())
    return server.start()


def main(scenarios):
    """Runs the scenarios named on the command line, or all; prints a line each."""
    chosen = sys.argv[1:]
    failed = passed = 0
    for scenario in scenarios:
        if chosen and scenario.__name__ not in chosen:
            continue
        started = time.monotonic()
        try:
            scenario()
        except Exception as error:  # a scenario's failure must not hide the others
            failed += 1
            import traceback
            traceback.print_exc()
            print(f"FAILED  {scenario.__name__}: {error}", flush=True)
        else:
            passed += 1
            print(f"passed  {scenario.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
