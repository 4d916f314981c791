#!/usr/bin/env python3
"""The whole way of an alert: exporters that really break, rules as operations guides write them,
the Alertmanager inside, and receivers shaped like Slack, Telegram, a webhook and a mail server.
Every rule fires on its condition and resolves when that ends; times of the guides are shortened,
alike. Beside it, an Alertmanager outside gets the same alerts, and Debian's Prometheus sends to
ours."""
import email
import email.policy
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import alertmanagers
import disk_full
import harness
import interop
import mail
from receivers import Receivers

FASTER = 150  # 5 minutes of a guide are two seconds here
TAKEN_BYTES = 256 << 20


def duration(text):
    seconds = float(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]
    return f"{max(1, round(seconds * 1000 / FASTER))}ms"


class Rule:
    """An alerting rule; `[5m]` of the expression and `wait` are times of the guide."""

    def __init__(self, team, name, expression, wait, severity, summary, description="",
                 says=None, quick=None):
        self.team, self.name, self.severity, self.summary = team, name, severity, summary
        self.expression = re.sub(r"\[(\w+)\]", lambda m: f"[{duration(m[1])}]", expression)
        self.wait, self.description = quick or duration(wait), description
        self.says = says if says is not None else description

    def yaml(self):
        return {"alert": self.name, "expr": self.expression, "for": self.wait,
                "labels": {"severity": self.severity, "team": self.team},
                "annotations": {"summary": self.summary, "description": self.description}}


def quantile(limit):
    return ("histogram_quantile(0.95, sum by (le) "
            f"(rate(http_request_duration_seconds_bucket[5m]))) > {limit}")


RULES = [
    Rule("assistant", "WingmanAPIDown", "wingman_health_status == 0", "2m", "critical",
         "Wingman API is down", "API health status has been 0 for 2+ minutes"),
    Rule("assistant", "DatabaseDisconnected", "wingman_database_connected == 0", "5m", "high",
         "Database disconnected", "Wingman has lost database connection"),
    Rule("assistant", "EnhancedVerifierDown",
         'wingman_verifier_available{verifier="enhanced"} == 0', "10m", "medium",
         "Enhanced verifier unavailable", "Mistral LLM verifier has been down for 10+ minutes"),
    Rule("trainer", "ModuleDown", 'up{job="trainer"} == 0', "2m", "critical",
         "Module {{ $labels.module }} is down", says="prompt-manager is down"),
    Rule("base", "HighAPIErrorRate",
         'sum(rate(api_requests_total{status=~"5.."}[5m])) / sum(rate(api_requests_total[5m])) '
         "> 0.05", "5m", "warning", "API errors",
         "{{ $value | humanizePercentage }} of requests fail", says="% of requests fail"),
    Rule("base", "CriticalAPILatency",
         "histogram_quantile(0.95, rate(api_latency_histogram_bucket[5m])) > 5", "2m", "critical",
         "API is slow", "95% take up to {{ $value | humanizeDuration }}", says="95% take up to "),
    Rule("base", "QueueGrows", 'celery_queue_length{worker_name="extraction"} > 100', "5m",
         "warning", "Queue of {{ $labels.worker_name }} grows", says="Queue of extraction grows"),
    Rule("agents", "ConcurrentMerges", "git_active_merges > 1", "30s", "critical",
         "Multiple concurrent git merges detected",
         "{{ $value }} merges are running simultaneously. Race condition likely!",
         says="3 merges are running simultaneously. Race condition likely!"),
    Rule("agents", "HighConflictRate", 'rate(git_merge_total{result="conflict"}[5m]) > 0.5', "2m",
         "warning", "High merge conflict rate", "More than 50% of merges have conflicts"),
    Rule("agents", "HighLLMCost", "llm_cost_dollars_total > 10", "1m", "warning",
         "LLM costs exceeded $10", "Total cost: ${{ $value }}", says="Total cost: $12.5"),
    Rule("agents", "RateLimitErrors", "rate(llm_rate_limit_events_total[5m]) > 0.1", "1m",
         "warning", "Frequent rate limit errors", "Getting rate limited by LLM provider"),
    Rule("desk", "BackendServiceDown", 'up{job="backend"} == 0', "2m", "critical",
         "Backend {{ $labels.instance }} is unreachable", says=" is unreachable"),
    Rule("desk", "HighErrorRate",
         'sum(rate(http_requests_total{status="5xx"}[5m])) / sum(rate(http_requests_total[5m])) '
         "> 0.05", "5m", "critical", "Many requests fail"),
    Rule("desk", "VeryHighLatencyCritical", quantile(5), "5m", "critical", "P95 above 5 s"),
    Rule("desk", "DatabasePoolExhausted", "db_pool_checked_out / db_pool_size > 0.9", "2m",
         "critical", "Pool exhausted", "{{ $value | humanizePercentage }} in use",
         says="97.5% in use"),
    Rule("desk", "HighLatencyWarning", quantile(1), "10m", "warning", "P95 above 1 s"),
    Rule("desk", "MemoryLeakSuspected", "deriv(process_resident_memory_bytes[5m]) > 10e6", "30m",
         "warning", "Memory grows"),
    Rule("desk", "HighCPUUsage", "rate(process_cpu_seconds_total[5m]) * 100 > 80", "10m",
         "warning", "CPU above 80%"),
    Rule("desk", "HighWebSocketErrors",
         'sum(rate(websocket_connections_total{status="error"}[5m])) > 10', "5m", "warning",
         "Many errors of connections"),
    Rule("desk", "LowCacheHitRatio", "cache_hit_ratio < 0.7", "15m", "warning",
         "Few hits", "Hit ratio {{ $value | humanizePercentage }}", says="Hit ratio 20%"),
    Rule("desk", "NoTicketsCreated", "sum(increase(ticket_created_total[10m])) == 0", "1h", "info",
         "No tickets for an hour"),
    Rule("desk", "HighAuthFailureRate",
         'sum(rate(auth_attempts_total{status="failure"}[5m])) / sum(rate(auth_attempts_total[5m]))'
         " > 0.2", "10m", "info", "Many logins fail"),
    Rule("base", "SharedMemoryTaken", "node_memory_Shmem_bytes > LIMIT", "5m", "warning",
         "Memory of {{ $labels.instance }} is taken", says="is taken"),
    Rule("base", "DiskAlmostFull", 'node_filesystem_avail_bytes{mountpoint="DISK"} / '
         'node_filesystem_size_bytes{mountpoint="DISK"} < 0.1', "5m", "critical",
         "{{ $labels.mountpoint }} is almost full", says="is almost full"),
    Rule("base", "ProcessorTaken", 'sum(rate(node_cpu_seconds_total{mode="nice"}[10m])) > NICE',
         "2m", "warning", "Processors are taken"),
]


class Exporter:
    """A page of metrics on a port of its own, which may be closed and opened again."""

    def __init__(self, stack, page):
        self.page, self.port, self.server = page, harness.free_port(), None
        stack.callback(self.close)
        self.open()

    def open(self):
        exporter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = exporter.page().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever scrapes had enough

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


class Service:
    """What the guides' services count. Each counter grows by its rate of now; `sick` is the switch
    of everything."""

    # name and labels: (per second when well, per second when sick)
    RATES = {
        'api_requests_total{status="200"}': (50, 50),
        'api_requests_total{status="500"}': (0, 50),
        'api_latency_histogram_bucket{le="1"}': (50, 0),
        'api_latency_histogram_bucket{le="10"}': (50, 50),
        'api_latency_histogram_bucket{le="+Inf"}': (50, 50),
        'git_merge_total{result="success"}': (3, 1),
        'git_merge_total{result="conflict"}': (0, 4),
        'llm_rate_limit_events_total{provider="x"}': (0, 5),
        'http_requests_total{status="2xx"}': (40, 20),
        'http_requests_total{status="5xx"}': (0, 20),
        'http_request_duration_seconds_bucket{le="0.5"}': (40, 0),
        'http_request_duration_seconds_bucket{le="5"}': (40, 0),
        'http_request_duration_seconds_bucket{le="10"}': (40, 40),
        'http_request_duration_seconds_bucket{le="+Inf"}': (40, 40),
        'process_cpu_seconds_total': (0.1, 0.95),
        'process_resident_memory_bytes': (0, 50e6),
        'websocket_connections_total{status="success"}': (20, 20),
        'websocket_connections_total{status="error"}': (0, 30),
        'ticket_created_total{category="hardware"}': (5, 0),
        'auth_attempts_total{status="success"}': (20, 20),
        'auth_attempts_total{status="failure"}': (0, 20),
    }
    GAUGES = {
        'wingman_health_status': (1, 0), 'wingman_database_connected': (1, 0),
        'wingman_verifier_available{verifier="simple"}': (1, 1),
        'wingman_verifier_available{verifier="enhanced"}': (1, 0),
        'celery_queue_length{worker_name="extraction"}': (3, 400),
        'git_active_merges': (1, 3), 'llm_cost_dollars_total': (2, 12.5),
        'db_pool_checked_out': (4, 19.5), 'db_pool_size': (20, 20),
        'cache_hit_ratio': (0.9, 0.2),
    }

    def __init__(self):
        self.sick, self.last, self.lock = False, time.time(), threading.Lock()
        self.counted = dict.fromkeys(self.RATES, 100.0)

    def page(self):
        with self.lock:
            now = time.time()
            for name, rates in self.RATES.items():
                self.counted[name] += rates[self.sick] * (now - self.last)
            self.last = now
            lines = [f"{name} {value}" for name, value in self.counted.items()]
            lines += [f"{name} {value[self.sick]}" for name, value in self.GAUGES.items()]
        return "\n".join(lines) + "\n"


SLACK_TEXT = ("{{ range .Alerts }}{{ .Annotations.summary }}: {{ .Annotations.description }}\n"
              "{{ end }}")


def alertmanager_config(receivers, mail_port):
    """JSON is YAML. Everything also goes to one webhook; each team has a receiver of its own."""
    def team(name, receiver):
        return {"matchers": [f'team="{name}"'], "receiver": receiver}
    at = receivers.url
    made = [
        {"name": "everything", "webhook_configs": [{"url": f"{at}/everything"}]},
        {"name": "slack", "slack_configs": [{
            "api_url": f"{at}/slack", "channel": "#alerts", "send_resolved": True,
            "text": SLACK_TEXT}]},
        {"name": "telegram", "telegram_configs": [{
            "api_url": at, "bot_token": "110:secret-token", "chat_id": -5, "parse_mode": ""}]},
        {"name": "webhook", "webhook_configs": [{"url": f"{at}/webhook"}]},
    ]
    if mail_port:
        made.append({"name": "mail", "email_configs": [{
            "to": "ops@example.org", "from": "am@example.org", "require_tls": False,
            "smarthost": f"127.0.0.1:{mail_port}", "send_resolved": True}]})
    routes = [{"receiver": "everything", "continue": True}, team("assistant", "telegram"),
              team("agents", "slack"), team("base", "slack"), team("trainer", "telegram"),
              {"matchers": ['team="desk"', 'severity="critical"'],
               "receiver": "mail" if mail_port else "webhook"}, team("desk", "webhook")]
    return json.dumps({
        "global": {"resolve_timeout": "5m"},
        "route": {"receiver": "everything", "group_by": ["alertname"], "group_wait": "100ms",
                  "group_interval": "500ms", "repeat_interval": "1h", "routes": routes},
        "receivers": made})


def prometheus_config(exporters, port, outside):
    def job(name, *targets, **more):
        return {"job_name": name, "static_configs": [{"targets": list(targets), **more}]}
    main, spare, module = (f"127.0.0.1:{e.port}" for e in exporters)
    scrapes = [job("services", main), job("backend", spare),
               job("trainer", module, labels={"module": "prompt-manager"}),
               {**job("node", f"127.0.0.1:{port}"), "metrics_path": "/metrics/host"}]
    config = {
        "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms",
                   "evaluation_interval": "500ms",
                   "external_labels": {"environment": "test", "cluster": "wingman"}},
        "rule_files": ["rules/*.yml"], "scrape_configs": scrapes}
    if outside:
        config["alerting"] = {"alertmanagers": [
            {"static_configs": [{"targets": [f"127.0.0.1:{outside.port}"]}]}]}
    return json.dumps(config)


def told(receivers, path):
    """{alert name: [statuses in the order in which they were told]} of a webhook."""
    seen = {}
    for note in receivers.at(path):
        for alert in note.json["alerts"]:
            seen.setdefault(alert["labels"]["alertname"], []).append(alert["status"])
    return seen


def seen_by_the_host_exporter(path):
    """Whether the disk has the same name there; in a changed root directory it has not."""
    try:
        mounts = pathlib.Path("/proc/1/mounts").read_text()
    except OSError:
        mounts = pathlib.Path("/proc/self/mounts").read_text()
    return any(line.split(" ")[1] == str(path) for line in mounts.splitlines())


class Machine:
    """What the host exporter sees: a disk that is filled, memory and a processor that are taken."""

    def __init__(self, stack, directory):
        self.busy, self.memory = [], None
        self.disk = disk_full.mount_small_disk(stack, directory / "disk")
        if self.disk and not seen_by_the_host_exporter(directory / "disk"):
            self.disk = None
        stack.callback(self.heal)

    def spoil(self):
        self.memory = tempfile.NamedTemporaryFile(dir="/dev/shm", prefix="watchfire-")
        self.memory.write(bytes(TAKEN_BYTES))
        self.memory.flush()
        if self.disk:
            disk_full.fill(self.disk)
        self.busy.append(subprocess.Popen([sys.executable, "-c", "while True: pass"],
                                          preexec_fn=lambda: os.nice(1)))

    def heal(self):
        if self.memory:
            self.memory.close()
        if self.disk:
            (self.disk / "filler").unlink(missing_ok=True)
        while self.busy:
            process = self.busy.pop()
            process.kill()
            process.wait()


def write_rules(directory, rules):
    folder = directory / "rules"
    folder.mkdir()
    for team in {rule.team for rule in rules}:
        (folder / f"{team}.yml").write_text(json.dumps({"groups": [
            {"name": f"{team}_alerts", "rules": [r.yaml() for r in rules if r.team == team]}]}))


def shared_memory():
    with open("/proc/meminfo", encoding="utf-8") as file:
        return int(re.search(r"^Shmem: *(\d+) kB", file.read(), re.M)[1]) * 1024


def rules_for(machine):
    """The rules that this machine can make true, with what they depend on."""
    shared = shared_memory()
    chosen = []
    for rule in RULES:
        if not machine.disk and rule.name == "DiskAlmostFull":
            print(f"skipped: {rule.name}: a small disk cannot be mounted, or not where the first "
                  "process sees it")
            continue
        rule.expression = (rule.expression.replace("LIMIT", str(shared + TAKEN_BYTES // 2))
                           .replace("DISK", str(machine.disk)).replace("NICE", "0.2"))
        chosen.append(rule)
    return chosen


def expect_texts(receivers, messages, rules):
    """Each team's receiver was told what the annotations say, firing and resolved."""
    def has(kind, rule, texts):
        said = [t for t in texts if rule.summary.split("{{")[0] in t and rule.says in t]
        assert said, f"{kind} was never told of {rule.name}: {texts[:20]}"
    slack = [n.json["attachments"][0] for n in receivers.at("/slack")]
    telegram = [n.json["text"] for n in receivers.at("/bot110:secret-token/sendMessage")]
    posts = [email.message_from_bytes(m[2], policy=email.policy.default) for m in messages]
    for rule in rules:
        if rule.team in ("agents", "base"):
            for status, color in (("FIRING:1", "danger"), ("RESOLVED", "good")):
                mine = [a for a in slack if a["title"].startswith(f"[{status}] {rule.name} ")]
                assert {a["color"] for a in mine} == {color}, (rule.name, status, mine)
                has(f"slack ({status})", rule, [a["text"] for a in mine])
        elif rule.team in ("assistant", "trainer"):
            for status in ("Alerts Firing:", "Alerts Resolved:"):
                has("telegram", rule, [t for t in telegram if status in t and rule.name in t])
        elif messages and rule.severity == "critical":
            for status in ("FIRING:1", "RESOLVED"):
                mine = [p for p in posts if p["Subject"].startswith(f"[{status}] {rule.name} ")]
                bodies = [p.get_body(("html",)).get_content() for p in mine]
                has(f"mail ({status})", rule, bodies)
                assert all(p["To"] == "ops@example.org" for p in mine)
        else:
            mine = [a for n in receivers.at("/webhook") for a in n.json["alerts"]
                    if a["labels"]["alertname"] == rule.name]
            assert {a["status"] for a in mine} == {"firing", "resolved"}, (rule.name, mine)
            has("webhook", rule, [" ".join(a["annotations"].values()) for a in mine])
            labels = mine[0]["labels"]
            assert (labels["cluster"], labels["environment"]) == ("wingman", "test"), labels


def every_rule_of_the_guides_fires_and_resolves():
    with harness.scene() as (directory, stack):
        receivers = Receivers(stack)
        machine = Machine(stack, directory)
        service = Service()
        post = mail.server(stack) if mail.aiosmtpd else None
        exporters = [Exporter(stack, service.page), Exporter(stack, lambda: "spare 1\n"),
                     Exporter(stack, lambda: "module 1\n")]
        outside = None
        if alertmanagers.PEER:
            outside = alertmanagers.theirs(stack, directory, alertmanager_config(
                receivers, None).replace("/everything", "/outside").replace(
                    "/slack", "/outside-slack").replace("/webhook", "/outside-webhook").replace(
                        "110:secret", "111:secret"))
        else:
            print("skipped: prometheus-alertmanager is not installed: nothing outside")
        (directory / "alertmanager.yml").write_text(
            alertmanager_config(receivers, post.port if post else None))
        rules = rules_for(machine)
        write_rules(directory, rules)
        server = harness.Server(
            directory, "", f"--alertmanager.config.file={directory / 'alertmanager.yml'}",
            f"--alertmanager.web.listen-address=127.0.0.1:{harness.free_port()}")
        server.write_config(prometheus_config(exporters, server.port, outside))
        stack.callback(lambda: server.process and server.process.poll() is None and server.kill())
        server.start()
        names = {rule.name for rule in rules}

        def states():
            groups = server.api("/rules")["groups"]
            return {r["name"]: (r["state"], r["health"]) for g in groups for r in g["rules"]}
        harness.wait_for("all rules are well", lambda: set(states()) == names and all(
            state == ("inactive", "ok") for state in states().values()))
        assert not receivers.notes, told(receivers, "/everything")

        service.sick = True
        machine.spoil()
        exporters[1].close()
        exporters[2].close()
        started = time.monotonic()

        def all_told(path, status):
            seen = told(receivers, path)
            return not [n for n in names if status not in seen.get(n, [])]

        def wait(path, status):
            try:
                harness.wait_for("told", lambda: all_told(path, status), 2 * harness.PATIENCE)
            except AssertionError:
                missing = [n for n in names if status not in told(receivers, path).get(n, [])]
                raise AssertionError(f"{path} never told {status}: {missing}; {states()}")
        wait("/everything", "firing")
        fired = time.monotonic() - started
        service.sick = False
        machine.heal()
        exporters[1].open()
        exporters[2].open()
        started = time.monotonic()
        wait("/everything", "resolved")
        print(f"{len(rules)} rules: fired within {fired:.1f} s, resolved within "
              f"{time.monotonic() - started:.1f} s")
        if outside:
            wait("/outside", "firing")
            wait("/outside", "resolved")
        # A scrape that came too late ends what it was told of; only a busy machine does that.
        missed = server.value('1 - min_over_time(up{job="services"}[10m])')
        if missed:
            print("a scrape was missed: alerts may have fired more than once")
        for path in ("/everything", "/outside") if outside else ("/everything",):
            wrong = {n: s for n, s in told(receivers, path).items() if s != ["firing", "resolved"]
                     and not (missed and s == ["firing", "resolved"] * (len(s) // 2))}
            assert not wrong, f"{path}: told otherwise than firing, then resolved: {wrong}"

        def texts():
            try:
                expect_texts(receivers, post.messages if post else [], rules)
            except (AssertionError, IndexError) as error:
                texts.last = error
                return False
            return True
        texts.last = None
        try:
            harness.wait_for("all texts", texts)
        except AssertionError:
            raise texts.last
        if outside:
            the_same_outside(receivers)
        server.stop()


def the_same_outside(receivers):
    """What the Alertmanager inside and the one outside told of an alert is the same."""
    def alerts(path):
        return sorted((json.dumps([a["labels"], a["annotations"], a["status"], a["generatorURL"],
                                   a["startsAt"], a["fingerprint"]])
                       for n in receivers.at(path) for a in n.json["alerts"]))
    inside, outside = alerts("/everything"), alerts("/outside")
    assert inside == outside, [pair for pair in zip(inside, outside) if pair[0] != pair[1]][:3]


def debians_prometheus_sends_to_ours():
    if not shutil.which("prometheus"):
        print("skipped: prometheus is not installed")
        return
    with harness.scene() as (directory, stack):
        receivers = Receivers(stack)
        (directory / "alertmanager.yml").write_text(alertmanager_config(receivers, None))
        port = harness.free_port()
        server = harness.launch(
            stack, directory, "{}",
            f"--alertmanager.config.file={directory / 'alertmanager.yml'}",
            f"--alertmanager.web.listen-address=127.0.0.1:{port}")
        exporter = Exporter(stack, lambda: "x 1\n")
        (directory / "sent.yml").write_text(json.dumps({"groups": [{"name": "g", "rules": [
            Rule("desk", "SentByDebian", "up == 0", "2m", "warning", "{{ $labels.job }} is down",
                 "instance {{ $labels.instance }}").yaml()]}]}))
        config = json.dumps({
            "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms",
                       "evaluation_interval": "200ms", "external_labels": {"replica": "a"}},
            "rule_files": [str(directory / "sent.yml")],
            "alerting": {"alertmanagers": [{"static_configs": [
                {"targets": [f"127.0.0.1:{port}"]}]}]},
            "scrape_configs": [{"job_name": "job", "static_configs": [
                {"targets": [f"127.0.0.1:{exporter.port}"]}]}]})
        peer = interop.Prometheus(directory, config, directory / "peer")
        stack.callback(lambda: peer.process and (peer.process.kill(), peer.process.wait()))
        peer.start()
        harness.wait_for("a scrape", lambda: "up" in peer_series(peer))
        exporter.close()
        harness.wait_for("firing", lambda: told(receivers, "/webhook"))
        exporter.open()
        harness.wait_for("resolved", lambda: told(receivers, "/webhook") == {
            "SentByDebian": ["firing", "resolved"]})
        first = receivers.at("/webhook")[0].json["alerts"][0]
        assert first["labels"] == {
            "alertname": "SentByDebian", "team": "desk", "severity": "warning", "replica": "a",
            "job": "job", "instance": f"127.0.0.1:{exporter.port}"}, first
        assert first["annotations"]["summary"] == "job is down", first
        assert f":{peer.port}/graph?g0.expr=up" in first["generatorURL"], first
        server.stop()


def peer_series(peer):
    url = f"http://127.0.0.1:{peer.port}/api/v1/query?query=up%20==%201"
    with urllib.request.urlopen(url, timeout=harness.PATIENCE) as answer:
        return answer.read().decode()


if __name__ == "__main__":
    harness.main([every_rule_of_the_guides_fires_and_resolves, debians_prometheus_sends_to_ours])
