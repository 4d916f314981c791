"""The dashboards of real teams under examples/stacks: each stack is started as its README says,
beside fake applications with the metrics that its guide names, and every query of every panel must
have data. Beside it, what those guides do with a running Grafana: edit a dashboard's file, reset
the password, export, put it behind a proxy."""
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import harness
import stack_apps as apps
from harness import scene, wait_for

STACKS = pathlib.Path("examples/stacks").resolve()


class Stack:
    """A copy of an example with its targets replaced by fake applications, and a server in it."""

    def __init__(self, stack, directory, name, config, provisioning, pages, environment=None):
        self.place = directory / name
        shutil.copytree(STACKS / name, self.place)
        self.apps = {target: apps.App(stack, page) for target, page in pages.items()}
        path = self.place / config
        text = path.read_text()
        for target, app in self.apps.items():
            assert f"'{target}'" in text, (target, text)
            text = text.replace(f"'{target}'", f"'{app.address}'")
        text = re.sub(r"(scrape_interval|evaluation_interval): \d+s", r"\1: 1s", text)
        port = harness.free_port()
        text = text.replace("localhost:9090", f"127.0.0.1:{port}")
        self.server = harness.Server(
            directory, text, port=port, grafana=True, cwd=self.place,
            environment={"GF_PATHS_PROVISIONING": provisioning, **(environment or {})})
        path.write_text(text)
        self.server.config_file = config
        stack.callback(lambda: self.server.process and self.server.process.poll() is None
                       and self.server.kill())
        self.server.start()

    def ask(self, path, **kwargs):
        answer = self.server.grafana(path, **kwargs)
        assert answer.status == 200, (path, answer.status, answer.text)
        return answer.json

    def wait_for_samples(self):
        """Three scrapes of every target: rates have something to say."""
        def scraped():
            counts = self.server.query("count_over_time(up[5m])")
            return counts and all(float(c["value"][1]) >= 3 for c in counts)
        wait_for("three scrapes of each target", scraped)
        wait_for("targets up", lambda: self.server.value("min(up)") == 1)

    def dashboards(self):
        hits = self.ask("/api/search?type=dash-db&limit=5000")
        return [self.ask(f"/api/dashboards/uid/{hit['uid']}")["dashboard"] for hit in hits]

    def problems(self):
        return self.ask("/api/admin/provisioning/problems")

    def defaults_of(self, dashboard):
        """Variables and what stands for them at first sight; each must offer something."""
        sources = [s for s in self.ask("/api/datasources") if s["isDefault"]]
        values = {}
        for variable in dashboard["templating"]["list"]:
            name = variable["name"]
            if variable["type"] == "datasource":
                values[name] = sources[0]["uid"]
                continue
            selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)",
                                           variable["query"]["query"]).groups()
            offered = self.ask(f"/api/datasources/uid/{sources[0]['uid']}/resources/api/v1/label/"
                               f"{label}/values?" + urllib.parse.urlencode(
                                   {"match[]": fill(selector, values)}))
            assert offered["data"], (name, offered)
            values[name] = variable["allValue"]
        return values

    def query(self, targets, minutes=5):
        now = int(time.time() * 1000)
        return self.server.grafana("/api/ds/query", "POST", {
            "from": str(now - minutes * 60_000), "to": str(now), "queries": [
                # The apps live for seconds: points of each second, not of a quarter of a minute.
                {**target, "intervalMs": 1000, "interval": "1s", "maxDataPoints": 1000}
                for target in targets]})

    def check_panel(self, dashboard, panel, values):
        targets = [json.loads(fill(json.dumps(t), values)) for t in panel.get("targets", [])]
        if not targets:
            assert panel["type"] in ("row", "alertlist", "text"), panel["type"]
            return 0
        where = f"{dashboard['title']} / {panel['title']}"
        answer = self.query(targets)
        assert answer.status == 200, (where, answer.text)
        for target in targets:
            result = answer.json["results"][target["refId"]]
            assert any(has_values(frame) for frame in result["frames"]), (where, target, result)
        return len(targets)

    def check_every_panel(self):
        panels = queries = 0
        for dashboard in self.dashboards():
            values = self.defaults_of(dashboard)
            for panel in dashboard["panels"]:
                panels += panel["type"] != "row"
                queries += self.check_panel(dashboard, panel, values)
        print(f"        {panels} panels, {queries} queries with data")
        return panels


def fill(text, values):
    for name, value in values.items():
        text = text.replace("${" + name + "}", value).replace("$" + name, value)
    return text


def has_values(frame):
    pairs = zip(frame["schema"]["fields"], frame["data"]["values"])
    return any(value is not None for field, column in pairs if field["type"] == "number"
               for value in column)


def trainer_shows_all_modules():
    with scene() as (directory, stack):
        pages = {"host.docker.internal:8000": apps.PROMPT_MANAGER,
                 "host.docker.internal:8001": apps.PROMPT_SECURITY,
                 "host.docker.internal:8002": apps.LLM_PROVIDER,
                 "host.docker.internal:8003": apps.NEW_MODULE}
        trainer = Stack(stack, directory, "trainer", "prometheus/prometheus.yml",
                        "grafana/provisioning", pages)
        assert trainer.problems() == [], trainer.problems()
        titles = {d["title"] for d in trainer.dashboards()}
        assert titles == {"Trainer Modules Overview", "Prompt Manager Dashboard",
                          "Prompt Security Dashboard", "LLM Provider Dashboard"}, titles
        # The guide's own check: the address of the source, and that it answers.
        source, = trainer.ask("/api/datasources")
        assert source["url"] == "http://prometheus:9090" and source["isDefault"], source
        health = trainer.ask(f"/api/datasources/uid/{source['uid']}/health")
        assert health["status"] == "OK", health
        trainer.wait_for_samples()
        assert trainer.check_every_panel() >= 30
        modules = trainer.server.query('sum by (module) ({__name__=~".+_operations_total"})')
        assert {m["metric"]["module"] for m in modules} == {
            "prompt-manager", "prompt-security", "new-module"}, modules


def a_dashboard_follows_its_file():
    with scene() as (directory, stack):
        trainer = Stack(stack, directory, "trainer", "prometheus/prometheus.yml",
                        "grafana/provisioning", {})
        files = trainer.place / "grafana/dashboards"
        overview = json.loads((files / "overview.json").read_text())
        overview["title"] = "Trainer, edited"
        (files / "overview.json").write_text(json.dumps(overview))
        shown = "/api/dashboards/uid/trainer-overview"
        wait_for("the poll to see it",
                 lambda: trainer.ask(shown)["dashboard"]["title"] == "Trainer, edited")
        # A broken file changes nothing and is told with its line; the others go on.
        (files / "overview.json").write_text('{\n "title": "half",\n')
        (files / "more.json").write_text(json.dumps({"uid": "more", "title": "More",
                                                     "panels": []}))
        trainer.ask("/api/admin/provisioning/dashboards/reload", method="POST")
        assert trainer.ask(shown)["dashboard"]["title"] == "Trainer, edited"
        more = trainer.ask("/api/dashboards/uid/more")["meta"]
        assert more["provisionedExternalId"] == "more.json", more
        problem, = trainer.problems()
        assert problem["file"].endswith("overview.json") and problem["line"] >= 1, problem
        (files / "more.json").unlink()
        trainer.ask("/api/admin/provisioning/dashboards/reload", method="POST")
        assert trainer.server.grafana("/api/dashboards/uid/more").status == 404
        assert [d["uid"] for d in trainer.ask("/api/trash")] == ["more"]


def pybase_shows_health_and_alerts():
    with scene() as (directory, stack):
        pages = {"api:8000": apps.PYBASE_API,
                 "celery-extraction-worker:9090": apps.CELERY.format("extraction"),
                 "celery-search-worker:9090": apps.CELERY.format("search")}
        pybase = Stack(stack, directory, "pybase", "monitoring/prometheus.yml",
                       "docker/grafana/provisioning", pages,
                       {"GF_SECURITY_ADMIN_USER": "admin", "GF_SECURITY_ADMIN_PASSWORD": "admin"})
        assert pybase.problems() == [], pybase.problems()
        pybase.wait_for_samples()
        assert pybase.check_every_panel() >= 25
        # What the alert list of the overview shows: the rules of monitoring/alerts.
        rules = pybase.ask("/api/alerting/overview")
        names = {r["name"] for r in rules if r["source"] == "prometheus"}
        assert {"HighAPIErrorRate", "CriticalAPILatency", "HighMemory"} <= names, names
        wait_for("a rule to be pending", lambda: any(
            r["state"] in ("pending", "firing") for r in pybase.ask("/api/alerting/overview")))
        # The guide's latency alert is PromQL, but a quantile of something that is no bucket.
        result = pybase.query([{"refId": "A", "datasource": {"uid": "prometheus"},
                                "expr": "histogram_quantile(0.95, api_latency_histogram)"}])
        assert result.status == 200, result.text
        assert not any(has_values(f) for f in result.json["results"]["A"]["frames"])
        folder, = pybase.ask("/api/folders")
        assert folder["title"] == "PyBase", folder


def agent_orchestrator_shows_merges_tasks_and_costs():
    with scene() as (directory, stack):
        orchestrator = Stack(stack, directory, "agent-orchestrator", "observability/prometheus.yml",
                             "observability/grafana/provisioning",
                             {"localhost:8000": apps.ORCHESTRATOR})
        assert orchestrator.problems() == [], orchestrator.problems()
        orchestrator.wait_for_samples()
        assert orchestrator.check_every_panel() >= 20
        overview = orchestrator.ask("/api/dashboards/uid/agent-orchestrator")["dashboard"]
        assert [p["title"] for p in overview["panels"]] == [
            "Active Merges", "Active Tasks", "Git Merge Duration", "Merge Results", "Task States",
            "Task Execution Duration", "Total LLM Cost", "LLM Requests by Model"]
        names = [q["displayNameFromDS"] for q in (
            f["schema"]["fields"][1]["config"] for r in orchestrator.query(
                [{**t, "datasource": {"uid": "prometheus"}}
                 for t in overview["panels"][2]["targets"]]).json["results"].values()
            for f in r["frames"])]
        assert names == ["p50", "p95", "p99"], names
        # The guide's useful queries; one of them is no PromQL and says where.
        source = {"uid": orchestrator.ask("/api/datasources")[0]["uid"]}
        for query in ("rate(git_merge_duration_seconds_sum[5m]) / "
                      "rate(git_merge_duration_seconds_count[5m])",
                      "max_over_time(git_active_merges[1h])",
                      'rate(task_completion_total{status="success"}[5m])',
                      "rate(task_retry_count_sum[5m]) / rate(task_retry_count_count[5m])",
                      "sum(active_workers) by (worker_profile)",
                      "rate(llm_cost_dollars_total[1h]) * 3600",
                      "histogram_quantile(0.95, sum(rate(git_lock_wait_duration_seconds_bucket"
                      "[5m])) by (le))"):
            answer = orchestrator.query([{"refId": "A", "datasource": source, "expr": query}])
            assert any(map(has_values, answer.json["results"]["A"]["frames"])), (query, answer.text)
        wrong = orchestrator.query([{"refId": "A", "datasource": source, "expr":
                                     "topk(3, rate(llm_cost_dollars_total[5m]) by (model))"}])
        assert wrong.status == 400, wrong.text
        assert "1:42: parse error" in wrong.json["results"]["A"]["error"], wrong.text
        # A deployment is marked with a curl line.
        body = {"text": "v1.4", "tags": ["deployment"]}
        orchestrator.ask("/api/annotations", method="POST", body=body)
        note, = orchestrator.ask("/api/annotations?tags=deployment")
        assert note["text"] == "v1.4", note
        # The password of the source is kept, and shown to nobody.
        full = orchestrator.ask(f"/api/datasources/uid/{source['uid']}")
        assert full["secureJsonFields"] == {"basicAuthPassword": True}, full
        assert "your-secure-password" not in json.dumps(full)


def it_support_shows_its_eight_dashboards():
    with scene() as (directory, stack):
        desk = Stack(stack, directory, "it-support", "docker/monitoring/prometheus/prometheus.yml",
                     "docker/monitoring/grafana/provisioning", {"backend:8000": apps.IT_SUPPORT})
        assert desk.problems() == [], desk.problems()
        assert len(desk.dashboards()) == 8
        desk.wait_for_samples()
        assert desk.check_every_panel() >= 70
        # The guide's curl line without credentials is refused as by Grafana, with them it answers.
        refused = desk.server.grafana("/api/datasources", login=None)
        assert refused.status == 401 and refused.json["message"] == "Unauthorized", refused.text
        assert desk.ask("/api/datasources")[0]["name"] == "Prometheus"
        assert desk.server.grafana("/api/health", login=None).json["database"] == "ok"


def wingman_is_imported_unchanged():
    with scene() as (directory, stack):
        place = STACKS / "wingman/monitoring"
        folder = directory / "provisioning/datasources"
        folder.mkdir(parents=True)
        for name in ("grafana-datasources.yml", "grafana-datasources-prd.yml"):
            shutil.copy(place / "grafana-datasources.yml", folder / name)
        wingman = Stack(stack, directory, "wingman", "monitoring/prometheus.yml",
                        str(directory / "provisioning"), {"wingman-api:5000": apps.WINGMAN})
        envelope = (place / "wingman-health-overview.json").read_bytes()
        saved = wingman.ask("/api/dashboards/db", method="POST", body=envelope)
        assert saved["status"] == "success", saved
        imported = wingman.ask("/api/dashboards/import", method="POST",
                               body={**json.loads(envelope), "overwrite": True})
        assert imported["imported"] and imported["title"] == "Wingman Health Overview", imported
        wingman.wait_for_samples()
        dashboard = wingman.ask(f"/api/dashboards/uid/{saved['uid']}")["dashboard"]
        assert [p["type"] for p in dashboard["panels"]] == ["stat", "graph"], dashboard
        # Its targets name no source, one not even a refId: the default one is asked.
        for panel in dashboard["panels"]:
            answer = wingman.query(panel["targets"])
            assert answer.status == 200, answer.text
            assert any(map(has_values, answer.json["results"]["A"]["frames"])), answer.text
        for query in ('wingman_verifier_available{verifier="simple"}',
                      "time() - wingman_start_time_seconds"):
            answer = wingman.query([{"refId": "A", "expr": query}])
            assert any(map(has_values, answer.json["results"]["A"]["frames"])), (query, answer.text)


def command_line(server, *arguments, **kwargs):
    """`grafana-cli`, as in a container: the program by another name, beside the running server."""
    link = server.directory / "grafana-cli"
    if not link.exists():
        link.symlink_to(harness.BINARY)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GF_")}
    return subprocess.run([link, *arguments], capture_output=True, text=True, timeout=60,
                          env={**environment, "GF_PATHS_DATA": str(server.data)}, **kwargs)


def the_command_line_works_beside_a_running_server():
    with scene() as (directory, stack):
        server = harness.Server(directory, "scrape_configs: []\n", grafana=True)
        stack.callback(lambda: server.process.poll() is None and server.kill())
        server.start()
        assert server.grafana("/api/user").json["mustChangePassword"] is True
        done = command_line(server, "admin", "reset-admin-password", "newpassword")
        assert done.returncode == 0, done
        assert server.grafana("/api/user").status == 401
        assert server.grafana("/api/user", login="admin:newpassword").status == 200
        again = subprocess.run([harness.BINARY, "tool", "grafana", "admin", "reset-admin-password",
                                f"--data-path={server.data}", "--password-from-stdin"],
                               input="third one\n", capture_output=True, text=True, timeout=60)
        assert again.returncode == 0, again
        login = "admin:third one"
        assert server.grafana("/api/user", login=login).status == 200
        envelope = (STACKS / "wingman/monitoring/wingman-health-overview.json").read_bytes()
        assert server.grafana("/api/dashboards/db", "POST", envelope, login=login).status == 200
        exported = command_line(server, "admin", "export-dashboard")
        assert exported.returncode == 0, exported
        board = json.loads(exported.stdout)
        assert board["title"] == "Wingman Health Overview", exported.stdout[:500]
        # What was written can be read back: the same dashboard, a new version.
        body = {"dashboard": {**board, "id": None}, "overwrite": True}
        saved = server.grafana("/api/dashboards/db", "POST", body, login=login)
        assert saved.status == 200 and saved.json["version"] == 2, saved.text
        unknown = command_line(server, "admin", "export-dashboard", "--uid", "nothing")
        assert unknown.returncode != 0 and unknown.stdout == "", unknown


def the_first_password_comes_from_the_environment():
    with scene() as (directory, stack):
        secret = directory / "password"
        secret.write_text("from a file\n")
        for number, extra in enumerate(({"GF_SECURITY_ADMIN_PASSWORD": "s3cret"},
                                        {"GF_SECURITY_ADMIN_PASSWORD__FILE": str(secret)})):
            place = directory / str(number)
            place.mkdir()
            server = harness.Server(place, "scrape_configs: []\n", grafana=True, environment={
                "GF_SECURITY_ADMIN_USER": "chief", **extra})
            stack.callback(lambda s=server: s.process.poll() is None and s.kill())
            server.start()
            assert server.grafana("/api/user").status == 401
            password = ("s3cret", "from a file")[number]
            user = server.grafana("/api/user", login="chief:" + password)
            assert user.status == 200 and user.json["isGrafanaAdmin"], user.text
            assert user.json["mustChangePassword"] is False, user.text
            assert password not in server.log()


def visitors_may_look_where_they_are_let_in():
    with scene() as (directory, stack):
        server = harness.Server(directory, "scrape_configs: []\n", grafana=True, environment={
            "GF_AUTH_ANONYMOUS_ENABLED": "true", "GF_AUTH_ANONYMOUS_HIDE_VERSION": "true"})
        stack.callback(lambda: server.process.poll() is None and server.kill())
        server.start()
        assert server.grafana("/api/search", login=None).json == []
        assert server.grafana("/api/user", login=None).json["anonymous"] is True
        assert "version" not in server.grafana("/api/health", login=None).json
        source = server.grafana("/api/datasources").json[0]["uid"]
        body = {"from": "now-1m", "to": "now", "queries": [
            {"refId": "A", "datasource": {"uid": source}, "expr": "vector(1)"}]}
        assert server.grafana("/api/ds/query", "POST", body, login=None).status == 200
        write = {"dashboard": {"title": "no"}}
        refused = server.grafana("/api/dashboards/db", "POST", write, login=None)
        assert refused.status == 403, (refused.status, refused.text)
        # What needs a person asks for one, instead of refusing this visitor for good.
        assert server.grafana("/api/admin/settings", login=None).status == 401
        assert server.grafana("/api/search", login="admin:wrong").status == 401


def proxy(stack, port, strip):
    """What nginx does in front: passes on, sets X-Forwarded-*, may take the sub path away."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_any(self):
            path = self.path.removeprefix("/grafana") if strip else self.path
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body or None,
                                             method=self.command)
            for name, value in self.headers.items():
                if name.lower() not in ("host", "connection"):
                    request.add_header(name, value)
            request.add_header("X-Forwarded-Host", "monitor.example.org")
            request.add_header("X-Forwarded-Proto", "https")
            try:
                answer = OPENER.open(request, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            text = answer.read()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_address[1]}"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def send(url, method="GET", body=None, headers=None):
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None,
                                     headers or {}, method=method)
    try:
        answer = OPENER.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    answer.text = answer.read().decode()
    return answer


def it_lives_below_a_sub_path_behind_a_proxy():
    for strip in (False, True):
        with scene() as (directory, stack):
            server = harness.Server(directory, "scrape_configs: []\n", grafana=True, environment={
                "GF_SERVER_ROOT_URL": "https://monitor.example.org/grafana/",
                "GF_SERVER_SERVE_FROM_SUB_PATH": "false" if strip else "true"})
            stack.callback(lambda s=server: s.process.poll() is None and s.kill())
            server.start()
            front = proxy(stack, server.grafana_port, strip) + "/grafana"
            assert send(front + "/api/health").status == 200
            page = send(front + "/d/some-board/slug?from=now-5m")
            assert page.status == 302, (page.status, page.text[:200])
            target = page.headers["Location"]
            assert target.startswith("/grafana/login?redirectTo="), target
            assert "://" not in target and "3000" not in target, target
            login = send(front + "/login", "POST", {"user": "admin", "password": "admin"},
                         {"Content-Type": "application/json"})
            assert login.status == 200, login.text
            cookies = [c for c in login.headers.get_all("Set-Cookie") if "grafana_session=" in c]
            assert "Path=/grafana" in cookies[0] and "Secure" in cookies[0], cookies
            session = {"Cookie": cookies[0].split(";")[0], "Content-Type": "application/json"}
            save = {"dashboard": {"title": "Behind"}}
            good = send(front + "/api/dashboards/db", "POST", save,
                        {**session, "Origin": "https://monitor.example.org"})
            assert good.status == 200, good.text
            assert json.loads(good.text)["url"].startswith("/grafana/d/"), good.text
            bad = send(front + "/api/dashboards/db", "POST", save,
                       {**session, "Origin": "https://evil.example.org"})
            assert bad.status == 403 and "origin not allowed" in bad.text, bad.text


if __name__ == "__main__":
    harness.main([trainer_shows_all_modules, a_dashboard_follows_its_file,
                  pybase_shows_health_and_alerts, agent_orchestrator_shows_merges_tasks_and_costs,
                  it_support_shows_its_eight_dashboards, wingman_is_imported_unchanged,
                  the_command_line_works_beside_a_running_server,
                  the_first_password_comes_from_the_environment,
                  visitors_may_look_where_they_are_let_in,
                  it_lives_below_a_sub_path_behind_a_proxy])
