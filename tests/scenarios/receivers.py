"""Local receivers of notifications for scenarios: they keep what came and when, and answer as they
are told to."""
import http.server
import json
import threading
import time


class Note:
    """One request: when it came (seconds since the epoch), its path and its body."""

    def __init__(self, at, path, body):
        self.at, self.path, self.body = at, path, body

    @property
    def json(self):
        return json.loads(self.body)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        note = Note(time.time(), self.path, body)
        status, kind, answer = self.server.receivers.take(note)
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except OSError:
            self.close_connection = True  # who asked had enough

    def log_message(self, *args):
        pass


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # clients end as they like


class Receivers:
    """All receivers of one scenario; each path is one of them. `behave(note)` may return a status,
    may wait, and is asked before the note is kept: `tried` has every request, `notes` those that
    were answered with 2xx."""

    def __init__(self, stack, behave=None):
        self.behave, self.notes, self.tried = behave, [], []
        self.lock = threading.Lock()
        self.server = Listener(("127.0.0.1", 0), Handler)
        self.server.receivers = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        stack.callback(self.server.server_close)
        stack.callback(self.server.shutdown)

    def take(self, note):
        with self.lock:
            self.tried.append(note)
        status = self.behave(note) if self.behave else None
        status = status or 200
        if status < 300:
            with self.lock:
                self.notes.append(note)
        if note.path.endswith("sendMessage"):
            body = {"ok": True, "result": {"message_id": 1, "chat": {"id": -5}}}
            if status >= 300:
                body = {"ok": False, "error_code": status, "description": "not now"}
            return status, "application/json", json.dumps(body).encode()
        return status, "text/plain", b"ok"

    def at(self, path):
        with self.lock:
            return [note for note in self.notes if note.path == path]
