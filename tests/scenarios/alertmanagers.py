"""Alertmanagers for scenarios: Debian's, and this program called by that name, on configurations
of their own; and requests to them with everything that an answer has."""
import http.client
import os
import pathlib
import shutil
import subprocess
import urllib.parse

import harness

PEER = shutil.which("prometheus-alertmanager")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()


class Alertmanager:
    """One server, started; `binary` is called as `alertmanager`."""

    def __init__(self, stack, directory, config, binary, *flags, cluster=""):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.config = self.directory / "alertmanager.yml"
        self.config.write_text(config)
        self.port = harness.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        program = self.directory / "alertmanager"
        if not program.exists():
            program.symlink_to(pathlib.Path(binary).resolve())
        self.command = [str(program), f"--config.file={self.config}",
                        f"--storage.path={self.directory / 'data'}",
                        f"--web.listen-address=127.0.0.1:{self.port}",
                        f"--cluster.listen-address={cluster}", *flags]
        self.process = None
        stack.callback(self.kill)
        self.start()

    def start(self):
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        harness.wait_for("Alertmanager ready", self.ready)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def ready(self):
        if self.process.poll() is not None:
            raise AssertionError((self.directory / "log").read_text(errors="replace")[-4000:])
        try:
            return self.ask("GET", "/-/ready").status == 200
        except OSError:
            return False

    def ask(self, method, path, body=None, headers=None):
        """The path as it is, percent signs and all."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=harness.PATIENCE)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, path, data, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()


def ours(stack, directory, config, *flags, **more):
    return Alertmanager(stack, directory / "ours", config, harness.BINARY, *flags, **more)


def theirs(stack, directory, config, *flags, **more):
    return Alertmanager(stack, directory / "theirs", config, PEER, *flags, **more)


def both(stack, directory, config, *flags):
    return theirs(stack, directory, config, *flags), ours(stack, directory, config, *flags)


def query(*pairs):
    return "?" + urllib.parse.urlencode(pairs)


def environment(home):
    """Of tools: without the settings of whoever runs the scenario."""
    return {**os.environ, "HOME": str(home)}
