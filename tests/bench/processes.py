"""Servers started for a measurement and what /proc says about them. Standard library only."""
import ctypes
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

MIB = 1 << 20
_libc = ctypes.CDLL(None, use_errno=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def machine_busy():
    """CPU seconds that all cores have been busy since the machine started."""
    with open("/proc/stat") as f:
        ticks = [int(x) for x in f.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def _end_with_parent():
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Process:
    """A server in a directory of its own, which ends with it."""

    def __init__(self, name, arguments, port, ready="/-/ready", files=None, call_as=None):
        self.name, self.port = name, port
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bench-alerts-"))
        for file, text in (files or {}).items():
            (self.directory / file).write_text(text)
        program = shutil.which(arguments[0]) or os.path.abspath(arguments[0])
        if call_as:
            (self.directory / call_as).symlink_to(program)
            program = str(self.directory / call_as)
        self.log = self.directory / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program, *arguments[1:]], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                cwd=self.directory, preexec_fn=_end_with_parent)
        self.pid = self.process.pid
        try:
            self._wait_until_ready(ready)
        except RuntimeError:
            self.stop()
            raise

    def _wait_until_ready(self, path):
        limit = time.monotonic() + 60
        while time.monotonic() < limit and self.process.poll() is None:
            try:
                if self.request("GET", path)[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not start:\n{self.log.read_text()[-2000:]}")

    def request(self, method, path, body=None):
        """-> status, body; a connection of its own"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def write(self, file, text):
        (self.directory / file).write_text(text)

    def cpu(self):
        """CPU seconds in nanoseconds' resolution, ended threads included: the process' CPU clock,
        see clock_getcpuclockid(3)."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory(self):
        """-> resident bytes: of files, anonymous and in all"""
        out = {}
        with open(f"/proc/{self.pid}/status") as f:
            for line in f:
                key, _, value = line.partition(":")
                if key in ("VmRSS", "RssAnon", "RssFile", "VmHWM"):
                    out[key] = int(value.split()[0]) * 1024
        return out

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Window:
    """CPU and memory of processes between two points in time."""

    def __init__(self, *processes):
        self.processes, self.samples, self.done = processes, [], threading.Event()
        self.cpu0 = sum(p.cpu() for p in processes)
        self.busy0, self.began = machine_busy(), time.monotonic()
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()

    def _sample(self):
        while True:
            memory = [p.memory() for p in self.processes]
            self.samples.append({k: sum(m[k] for m in memory) for k in memory[0]})
            if self.done.wait(0.5):
                return

    def finish(self):
        self.done.set()
        self.thread.join(5)
        seconds = time.monotonic() - self.began
        cpu = sum(p.cpu() for p in self.processes) - self.cpu0

        def mean(key):
            return sum(s[key] for s in self.samples) / len(self.samples)

        return {"seconds": seconds, "cpu": cpu, "rss": mean("VmRSS"), "anonymous": mean("RssAnon"),
                "files": mean("RssFile"), "rss_max": max(s["VmRSS"] for s in self.samples),
                "other_cores": (machine_busy() - self.busy0 - cpu) / seconds}


def table(rows):
    """Markdown: the first column is left, the others right."""
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for n, row in enumerate(rows):
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        print("| " + " | ".join(cells) + " |")
        if n == 0:
            print("|" + "|".join(["-" * (widths[0] + 2)]
                                 + ["-" * (w + 1) + ":" for w in widths[1:]]) + "|")
