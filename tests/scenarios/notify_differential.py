#!/usr/bin/env python3
"""Notifications against Debian's Alertmanager 0.25: it gets alerts and says what it says to a local
recorder; notify_once says the same, from the same configuration, about the same alerts. Method,
address, headers and body must be equal, byte for byte. Skipped where Alertmanager is missing.

What 0.25 does not have is taken out of ours before comparing: two members of the webhook's JSON,
an empty `device` of Pushover.
pushover.net is played by the recorder too, as a proxy with a certificate made here."""
import http.server
import json
import os
import re
import shutil
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.request

import harness

ONCE = os.environ.get("NOTIFY_ONCE", "build/bin/notify_once")
PEER = shutil.which("prometheus-alertmanager")
EXTERNAL = "http://am.example:9093"
HEADERS = ("Content-Type", "User-Agent", "Authorization")
# What telebot, Alertmanager's library for Telegram, says of itself is not said by us.
OWN_AGENT = {"/bot110:secret-token/sendMessage"}

# Templates that both have, as far as no receiver here uses them.
DEFAULTS = """__subject __alertmanagerURL __alertmanager __description
pagerduty.default.description pagerduty.default.client pagerduty.default.clientURL
opsgenie.default.message opsgenie.default.description
opsgenie.default.source wechat.default.message wechat.default.to_user wechat.default.to_party
wechat.default.to_tag wechat.default.agent_id victorops.default.state_message
victorops.default.entity_display_name victorops.default.monitoring_tool pushover.default.title
pushover.default.message pushover.default.url sns.default.subject sns.default.message
telegram.default.message discord.default.title discord.default.message webex.default.message
email.default.subject""".split()


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name: self.headers.get(name) for name in HEADERS}
        self.server.requests.append((self.path, headers, body))
        status, kind, answer = self.server.answer(self.path)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    # A proxy that answers for whoever is asked for.
    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        tls = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.connection = self.request = tls
        self.rfile, self.wfile = tls.makefile("rb"), socketserver._SocketWriter(tls)
        self.close_connection = False

    def log_message(self, *args):
        pass


def certificate(directory, name):
    """A certificate for `name` that vouches for itself."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
         "-keyout", directory / "key.pem", "-out", directory / "cert.pem"],
        check=True, capture_output=True)
    return directory / "cert.pem", directory / "key.pem"


def well(path):
    """What each service says when all is well: status, type, body."""
    if path.endswith("sendMessage"):
        body = b'{"ok":true,"result":{"message_id":1,"chat":{"id":-5}}}'
        return 200, "application/json", body
    return 200, "text/plain", b"ok"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    answer = staticmethod(well)

    # Clients end as they like.
    def handle_error(self, request, client_address):
        pass


def record(stack, directory):
    server = Server(("127.0.0.1", 0), Recorder)
    server.requests = []
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(*certificate(directory, "api.pushover.net"))
    server.address = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return server


def receivers(recorder, directory):
    """The receivers under test, each with the integrations whose requests are compared."""
    at = f"http://{recorder.address}"
    proxy = {"proxy_url": at, "tls_config": {"ca_file": str(directory / "cert.pem")}}
    lists = ("{{ range .Alerts }}{{ range .Labels.SortedPairs }}{{ .Name }}:{{ .Value }} {{ end }}|"
             "{{ .StartsAt }}|{{ .EndsAt.Unix }}\n{{ end }}")
    pushover = {"token": "push-token-1234", "user_key": "push-user-5678", "http_config": proxy}
    return {
        "webhook": {"webhook_configs": [{"url": f"{at}/webhook"}]},
        "webhook.cut+": {"webhook_configs": [{"url": f"{at}/cut?a=b", "max_alerts": 1}]},
        "slack": {"slack_configs": [{
            "api_url": f"{at}/slack", "channel": "#alerts", "send_resolved": True}]},
        "slack-own": {"slack_configs": [{
            "api_url": f"{at}/slack-own", "channel": "@{{ .CommonLabels.job }}",
            "send_resolved": True, "username": "us <&> them", "text": lists, "pretext": "\u2028é",
            "fallback": "{{ .GroupLabels | len }}", "title": "t" * 1030, "footer": "f",
            "title_link": "{{ .ExternalURL }}", "icon_emoji": ":x:", "icon_url": "http://i/",
            "image_url": "http://i/i", "thumb_url": "http://i/t", "link_names": True,
            "callback_id": "c", "color": "#{{ len .Alerts }}", "mrkdwn_in": ["text"],
            "short_fields": True,
            "fields": [{"title": "a", "value": "{{ .Status }}"},
                       {"title": "b", "value": "2", "short": False}],
            "actions": [{"type": "button", "text": "go", "url": "http://x/?a=1&b=2",
                         "style": "primary"},
                        {"type": "button", "text": "ask", "name": "n", "value": "v",
                         "confirm": {"text": "sure?", "title": "t", "ok_text": "y",
                                     "dismiss_text": "n"}}]}]},
        "defaults": {"slack_configs": [{
            "api_url": f"{at}/defaults", "channel": "c", "send_resolved": True,
            "text": '{{ template "pagerduty.default.instances" .Alerts.Firing }}',
            "fields": [{"title": name, "value": f'{{{{ template "{name}" . }}}}'}
                       for name in DEFAULTS]}]},
        "discord": {"discord_configs": [{"webhook_url": f"{at}/discord"}]},
        "discord-own": {"discord_configs": [{
            "webhook_url": f"{at}/discord-own?wait=true", "title": "é", "message": lists}]},
        "telegram": {"telegram_configs": [{
            "api_url": at, "bot_token": "110:secret-token", "chat_id": -5}]},
        "telegram-text": {"telegram_configs": [{
            "api_url": at, "bot_token": "110:secret-token", "chat_id": 77, "parse_mode": "",
            "disable_notifications": True, "message": lists + "<b>&</b>" + "y" * 5000}]},
        "telegram-html": {"telegram_configs": [{
            "api_url": at, "bot_token": "110:secret-token", "chat_id": 78,
            "message": "<b>{{ .CommonAnnotations.summary }}</b> <a href='{{ .ExternalURL }}'>"
                       "{{ .GroupLabels.alertname }}</a>"}]},
        "webex": {"webex_configs": [{
            "api_url": f"{at}/webex", "room_id": "room",
            "http_config": {"authorization": {"credentials": "webex-token"}}}]},
        "webex-long": {"webex_configs": [{
            "api_url": f"{at}/webex-long", "room_id": "r", "message": "z" * 8000,
            "http_config": {"authorization": {"credentials": "webex-token"}}}]},
        "pushover": {"pushover_configs": [pushover]},
        "pushover-own": {"pushover_configs": [{
            **pushover, "title": "é" * 260, "message": "  {{ .Status }}&=%+ü\n ", "html": True,
            "url": "http://u/?a b", "url_title": "{{ .Receiver }}", "sound": "siren",
            "priority": "1", "retry": "30s", "expire": "90m"}]},
        "pushover-empty": {"pushover_configs": [{**pushover, "message": " "}]},
    }


def configuration(directory, made):
    """JSON is YAML."""
    routes = [{"receiver": name, "continue": True} for name in made]
    route = {"receiver": "webhook", "group_by": ["alertname", "zone"], "group_wait": "2s",
             "group_interval": "1s", "repeat_interval": "4h", "routes": routes}
    config = {"route": route, "receivers": [{"name": name, **body} for name, body in made.items()]}
    path = directory / "alertmanager.yml"
    path.write_text(json.dumps(config))
    return path


def moment(offset, east=0, zone="Z"):
    return time.strftime("%Y-%m-%dT%H:%M:%S.123456789",
                         time.gmtime(time.time() + offset + east)) + zone


def alerts():
    """A group with everything: one fires, one in another zone, one is over; soon they all are. An
    old one makes the group be told at once, so the one that is over comes last."""
    times = {"startsAt": moment(0), "endsAt": moment(4)}
    common = {"alertname": "Dïsk & <full>", "job": "node", "zone": "a b"}
    annotations = {"summary": "it's \"full\" & <hot>", "runbook": "http://r/?q=1&x=<y>"}
    return [
        {"labels": {**common, "instance": "b:1"}, "annotations": annotations,
         **times, "generatorURL": "http://prom/graph?g0.expr=up%3D%3D0&g0.tab=1"},
        {"labels": {**common, "instance": "a:1", "severity": "critical"},
         "annotations": {**annotations, "more": "line one\nline two\ttab"},
         **times, "startsAt": moment(0, 19800, "+05:30")},
        {"labels": {**common, "instance": "c:1"}, "annotations": annotations,
         "startsAt": moment(-60), "endsAt": moment(-5)},
    ]


class Alertmanager:
    def __init__(self, stack, directory, config):
        self.url = f"http://127.0.0.1:{harness.free_port()}"
        self.log_path = directory / "alertmanager.log"
        log = self.log_path.open("wb")
        stack.callback(log.close)
        self.process = subprocess.Popen(
            [PEER, f"--config.file={config}", f"--storage.path={directory / 'am'}",
             f"--web.listen-address={self.url[7:]}", f"--web.external-url={EXTERNAL}",
             "--web.route-prefix=/", "--cluster.listen-address="], stdout=log, stderr=log)
        stack.callback(self.stop)
        harness.wait_for("Alertmanager ready", self.ready)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def ready(self):
        try:
            return urllib.request.urlopen(self.url + "/-/ready").status == 200
        except OSError:
            return False

    def failures(self):
        """What it says of failed notifications: words by receiver."""
        said = {}
        for line in self.log_path.read_text().splitlines():
            words = re.search(r' err="((?:[^"\\]|\\.)*)"', line)
            if words is None:
                continue
            words = json.loads(f'"{words[1]}"')
            retried = re.search(r"receiver=(\S+) integration", line)
            given_up = re.match(r"(\S+)/\w+\[0\]: notify retry canceled due to unrecoverable error "
                                r"after 1 attempts: (.*)", words, re.DOTALL)
            if given_up:
                said[given_up[1]] = given_up[2]
            elif retried and "will retry later" in line:
                said[retried[1]] = words
        return said

    def push(self, some):
        request = urllib.request.Request(self.url + "/api/v2/alerts", json.dumps(some).encode(),
                                         {"Content-Type": "application/json"})
        urllib.request.urlopen(request).close()


def once(config, notification, delivered=True):
    run = subprocess.run([ONCE, config, EXTERNAL, "Alertmanager/0.25.0"], text=True,
                         input=json.dumps(notification), capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    for answer in answers:
        assert answer["delivered"] == delivered, (notification["receiver"], answer)
    # Secrets are not told.
    for secret in ("secret-token", "push-token", "push-user", "webex-token", "slack-own"):
        assert secret not in run.stdout, run.stdout
    return answers


def shown(request):
    """What is compared of a request; a Telegram library of its own names itself."""
    path, headers, body = request
    if path in OWN_AGENT:
        headers = {**headers, "User-Agent": None}
    return path, headers, body


def without_news(request):
    """Ours as 0.25 would have written it."""
    path, headers, body = request
    path = path.replace("messages.json?device=&", "messages.json?", 1)
    for news in ('"notification_reason":"first notification",', '"routeLabels":{},'):
        body = body.replace(news, "", 1)
    return path, headers, body


def compare(theirs, ours):
    left = sorted(map(shown, theirs), key=str)
    right = sorted((shown(without_news(request)) for request in ours), key=str)
    assert len(left) == len(right), (len(left), len(right))
    different = []
    for a, b in zip(map(str, left), map(str, right)):
        if a == b:
            continue
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        different.append(f"{a[:40]}: at {at}\ntheirs: …{a[max(at - 60, 0):at + 200]}\n"
                         f"  ours: …{b[max(at - 60, 0):at + 200]}")
    assert not different, "\n".join(different)


def says_what_alertmanager_says():
    if PEER is None:
        print("skipped: prometheus-alertmanager is not installed")
        return
    with harness.scene() as (directory, stack):
        recorder = record(stack, directory)
        made = receivers(recorder, directory)
        config = configuration(directory, made)
        peer = Alertmanager(stack, directory, config)
        rounds = []
        peer.push(alerts())
        for _ in ("two fire", "all is over"):
            harness.wait_for("notifications", lambda: len(recorder.requests) >= len(made))
            rounds.append(recorder.requests)
            recorder.requests = []
        peer.stop()
        for theirs in rounds:
            assert len(theirs) == len(made), [r[0] for r in theirs]
            told = next(json.loads(body) for path, _, body in theirs if path == "/webhook")
            recorder.requests.clear()
            for name in made:
                # Routes have no matchers, so all groups have the same key.
                once(config, {**told, "receiver": name})
            compare(theirs, recorder.requests)
        print(f"  {len(rounds) * len(made)} notifications alike")


# How services refuse: status, type, body.
REFUSALS = {
    "refused": (400, "text/plain", b"no <such> thing\n"),
    "unknown": (404, "application/json", b'{"message": "Unknown Webhook", "code": 10015}'),
    "broken": (503, "text/html", b""),
    "flood": (429, "application/json",
              b'{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3",'
              b'"parameters":{"retry_after":3}}'),
    "bot": (400, "application/json",
            b'{"ok":false,"error_code":400,"description":"Bad Request: message is odd"}'),
}


def refused_receivers(recorder):
    """By name: what is refused how. 0.25 tells a webhook's address instead of its answer."""
    at = f"http://{recorder.address}"
    made = {}
    for way in ("refused", "unknown", "broken"):
        made[f"slack-{way}"] = {"slack_configs": [{"api_url": f"{at}/{way}", "channel": '#"c"'}]}
    for way in ("refused", "unknown", "broken"):
        made[f"discord-{way}"] = {"discord_configs": [{"webhook_url": f"{at}/{way}"}]}
        made[f"webex-{way}"] = {"webex_configs": [{
            "api_url": f"{at}/{way}", "room_id": "r",
            "http_config": {"authorization": {"credentials": "webex-token"}}}]}
    for way in ("flood", "bot"):
        made[f"telegram-{way}"] = {"telegram_configs": [{
            "api_url": f"{at}/{way}", "bot_token": "110:secret-token", "chat_id": -5}]}
    made["slack-template"] = {"slack_configs": [{"api_url": at, "title": "{{ .Titel }}"}]}
    made["slack-syntax"] = {"slack_configs": [{"api_url": at, "text": "{{ if }}"}]}
    return made


def fails_in_alertmanagers_words():
    if PEER is None:
        print("skipped: prometheus-alertmanager is not installed")
        return
    with harness.scene() as (directory, stack):
        recorder = record(stack, directory)
        recorder.answer = lambda path: REFUSALS[path.split("/")[1]]
        made = {"webhook": {}, **refused_receivers(recorder)}
        config = configuration(directory, made)
        peer = Alertmanager(stack, directory, config)
        peer.push(alerts())
        harness.wait_for("failures", lambda: len(peer.failures()) >= len(made) - 1)
        theirs = peer.failures()
        notification = {
            "groupKey": "{}/{}:{}", "groupLabels": {"alertname": "x"},
            "alerts": [{"generatorURL": "", **a} for a in alerts()]}
        ours = {name: once(config, {**notification, "receiver": name}, False)[0]["error"]
                for name in made if name != "webhook"}
        for name, words in ours.items():
            assert words == theirs[name], f"{name}\ntheirs: {theirs[name]}\n  ours: {words}"
        print(f"  {len(ours)} failures in the same words")


def trusts_no_strange_certificate():
    with harness.scene() as (directory, stack):
        recorder = record(stack, directory)
        made = {"webhook": {}, "untrusted": {"pushover_configs": [{
            "token": "push-token-1234", "user_key": "push-user-5678",
            "http_config": {"proxy_url": f"http://{recorder.address}"}}]}}
        config = configuration(directory, made)
        notification = {"receiver": "untrusted", "groupKey": "{}:{}", "groupLabels": {},
                        "alerts": [{"generatorURL": "", **a} for a in alerts()]}
        answer = once(config, notification, False)[0]
        assert answer["error"].startswith('Post "<redacted>": '), answer
        assert "certificate" in answer["error"], answer
        assert recorder.requests == []


if __name__ == "__main__":
    harness.main([says_what_alertmanager_says, fails_in_alertmanagers_words,
                  trusts_no_strange_certificate])
