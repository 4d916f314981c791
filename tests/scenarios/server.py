#!/usr/bin/env python3
"""The server as its users meet it: start-up, reload, targets, bad input, and Debian's promtool."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import harness

PAGE = """# HELP requests_total Requests so far.
# TYPE requests_total counter
requests_total{code="200"} 7
requests_total{code="500"} 1
# TYPE temperature gauge
temperature 21.5
"""
FAST = "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"


def job(name, address, more=""):
    return f"  - job_name: {name}\n    static_configs: [{{targets: ['{address}']}}]\n{more}"


def simple_server(stack, directory, *flags, page=lambda: PAGE):
    target = harness.Target(page)
    stack.callback(target.close)
    config = FAST + "scrape_configs:\n" + job("app", target.address)
    return target, harness.launch(stack, directory, config, *flags)


def scrapes_and_answers_queries():
    with harness.scene() as (directory, stack):
        target, server = simple_server(stack, directory)
        harness.wait_for("up", lambda: server.value("up") == 1)
        assert server.value('requests_total{code="500"}') == 1
        assert server.value("sum(requests_total)") == 8
        labels = server.query("temperature")[0]["metric"]
        assert labels == {"__name__": "temperature", "job": "app", "instance": target.address}, labels
        assert server.value("scrape_samples_scraped") == 3
        sent = target.requests[0]
        assert sent["User-Agent"].startswith("Prometheus/"), sent
        assert float(sent["X-Prometheus-Scrape-Timeout-Seconds"]) == 0.2
        assert server.api("/label/code/values") == ["200", "500"]
        assert "code" in server.api("/labels")
        assert len(server.api("/series", **{"match[]": "requests_total"})) == 2
        metadata = server.api("/metadata", metric="requests_total")
        assert metadata == {"requests_total": [
            {"type": "counter", "unit": "", "help": "Requests so far."}]}, metadata
        active = server.api("/targets")["activeTargets"]
        assert active[0]["health"] == "up" and active[0]["lastError"] == "", active


def federates_the_newest_samples():
    with harness.scene() as (directory, stack):
        target, server = simple_server(stack, directory)
        server.write_config(server.config_file.read_text().replace(
            "global: {", "global: {external_labels: {region: eu}, "))
        server.process.send_signal(signal.SIGHUP)
        harness.wait_for("up", lambda: server.value("up") == 1)
        page = server.get("/federate?match[]=requests_total&match[]=temperature").text
        assert page.startswith("# TYPE requests_total untyped\nrequests_total{"), page
        assert 'region="eu"' in page and f'instance="{target.address}"' in page, page
        assert page.count("\n") == 5, page
        assert server.get("/federate").text == ""
        assert server.get("/federate?match[]=%7B").status == 400


def promtool_works_against_it():
    promtool = shutil.which("promtool")
    if not promtool:
        print("promtool is not installed: skipped")
        return
    with harness.scene() as (directory, stack):
        _, server = simple_server(stack, directory)
        harness.wait_for("up", lambda: server.value("up") == 1)

        def run(*arguments, stdin=None):
            done = subprocess.run([promtool, *arguments], input=stdin, text=True,
                                  capture_output=True, timeout=60)
            assert done.returncode == 0, done.stderr + done.stdout
            return done.stdout
        assert "=> 1 @[" in run("query", "instant", server.url, "up")
        assert "up{" in run("query", "range", server.url, "up")
        assert "requests_total" in run("query", "series", "--match=requests_total", server.url)
        assert "200" in run("query", "labels", server.url, "code")
        run("check", "metrics", stdin=server.get("/metrics").text)
        host = server.get("/metrics/host").text
        assert "node_cpu_seconds_total" in host
        parse = subprocess.run([promtool, "check", "metrics"], input=host, text=True,
                               capture_output=True, timeout=60)
        # 3 is lint (names that node_exporter chose); a page that does not parse would be 1.
        assert parse.returncode in (0, 3), parse.stderr


def reload_takes_a_good_config_and_refuses_a_bad_one():
    with harness.scene() as (directory, stack):
        target, server = simple_server(stack, directory, "--web.enable-lifecycle")
        harness.wait_for("up", lambda: server.value("up") == 1)
        good = server.config_file.read_text()
        server.write_config(good + "    metrics_pth: /x\n")
        answer = server.request("/-/reload", method="POST")
        assert answer.status == 500, answer.text
        assert f"{server.config_file}:" in answer.text and "metrics_pth" in answer.text, answer.text
        assert server.value("prometheus_config_last_reload_successful") is None  # not scraped
        assert "prometheus_config_last_reload_successful 0" in server.get("/metrics").text
        assert server.value("up") == 1
        server.write_config(good.replace("job_name: app", "job_name: renamed"))
        assert server.request("/-/reload", method="POST").status == 200
        harness.wait_for("new job", lambda: server.value('up{job="renamed"}') == 1)
        # The old series ended with stale markers, not by running out of the lookback.
        harness.wait_for("old job stale", lambda: server.value('up{job="app"}') is None)
        server.write_config(good)
        server.process.send_signal(signal.SIGHUP)
        harness.wait_for("old job back", lambda: server.value('up{job="app"}') == 1)
        assert server.get("/-/reload").status == 405


def lifecycle_is_off_by_default_and_quit_ends_the_process():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, "scrape_configs: []\n")
        answer = server.request("/-/reload", method="POST")
        assert (answer.status, answer.text) == (403, "Lifecycle API is not enabled."), answer.text
        server.stop()
        server.flags.append("--web.enable-lifecycle")
        server.start()
        assert "Goodbye" in server.request("/-/quit", method="POST").text
        assert server.process.wait(harness.PATIENCE) == 0


def bad_start_is_refused_with_the_place():
    with harness.scene() as (directory, stack):
        for config, word in [("scrape_configs:\n  - job_nam: x\n", "job_nam"),
                             ("global:\n  scrape_interval: fast\n", "fast")]:
            server = harness.Server(directory, config)
            done = subprocess.run(server.command(), capture_output=True, text=True, timeout=30)
            assert done.returncode == 2, done
            assert word in done.stderr and "prometheus.yml:" in done.stderr, done.stderr
        done = subprocess.run([harness.BINARY, "--config.fiel=x"], capture_output=True, text=True,
                              timeout=30)
        assert done.returncode == 2
        assert "did you mean '--config.file'" in done.stderr, done.stderr


def misbehaving_targets_are_named():
    def hang(handler):
        time.sleep(1)
        return True

    def close(handler):
        handler.connection.close()
        return True

    def missing(handler):
        handler.send_error(404)
        return True
    with harness.scene() as (directory, stack):
        cases = {
            "hangs": (harness.Target(lambda: PAGE, hang), "context deadline exceeded"),
            "closes": (harness.Target(lambda: PAGE, close), ""),
            "missing": (harness.Target(lambda: PAGE, missing),
                        "server returned HTTP status 404 Not Found"),
            "malformed": (harness.Target(lambda: "ok 1\nbroken{ 1\n"), "line 2"),
            "not_utf8": (harness.Target(lambda: b'm{a="\xff"} 1\n'), "UTF-8"),
            "untyped": (harness.Target(lambda: PAGE), "Content-Type"),
            "large": (harness.Target(lambda: PAGE * 200), "body size limit exceeded"),
        }
        cases["untyped"][0].content_type = "application/x-unknown"
        config = FAST + "scrape_configs:\n"
        for name, (target, _) in cases.items():
            stack.callback(target.close)
            config += job(name, target.address, "    body_size_limit: 10KB\n")
        server = harness.launch(stack, directory, config)

        def errors():
            active = server.api("/targets")["activeTargets"]
            found = {t["labels"]["job"]: t for t in active}
            return found if all(t["health"] == "down" for t in active) else None
        found = harness.wait_for("all targets down", errors)
        for name, (_, text) in cases.items():
            last = found[name]["lastError"]
            assert last and text in last, f"{name}: {last!r} lacks {text!r}"
            assert server.value(f'up{{job="{name}"}}') == 0


def bad_requests_get_their_error_and_status():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, "scrape_configs: []\n")
        deep = "(" * 100_000 + "1" + ")" * 100_000
        cases = [
            ("/api/v1/query?query=up%7B", 400, "bad_data", 'invalid parameter "query": 1:4: parse error'),
            ("/api/v1/query?query=up&time=soon", 400, "bad_data", 'invalid parameter "time"'),
            ("/api/v1/query_range?query=up&start=0&end=1e9&step=1", 400, "bad_data", "11,000 points"),
            ("/api/v1/query_range?query=up&start=9&end=1&step=1", 400, "bad_data",
             "end timestamp must not be before start time"),
            ("/api/v1/query_range?query=up&start=1&end=9&step=0", 400, "bad_data",
             "zero or negative query resolution step widths"),
            ("/api/v1/series", 400, "bad_data", "no match[] parameter provided"),
            ("/api/v1/series?match[]=%7Ba%3D%22%22%7D", 400, "bad_data", "non-empty matcher"),
            ("/api/v1/rules?type=x", 400, "bad_data", "not supported value"),
            ("/api/v1/status/tsdb?limit=0", 400, "bad_data", "limit"),
        ]
        for path, status, kind, text in cases:
            answer = server.get(path)
            body = json.loads(answer.text)
            assert answer.status == status, (path, answer.status, body)
            assert body["errorType"] == kind and text in body["error"], (path, body)
        form = ("query=" + deep).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = server.request("/api/v1/query", method="POST", data=form, headers=headers)
        assert answer.status == 400 and "bad_data" in answer.text, answer.text[:300]
        assert server.get("/api/v1/nothing").status == 404
        assert server.request("/api/v1/targets", method="POST").status == 405
        answer = server.get("/api/v1/query?query=1", headers={"Origin": "http://a.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "http://a.example"
        assert server.get("/-/healthy").text == "Prometheus Server is Healthy.\n"


def secrets_are_not_shown():
    with harness.scene() as (directory, stack):
        config = (FAST + "scrape_configs:\n  - job_name: a\n    basic_auth: {username: u, password: hunter2}\n"
                  "    static_configs: [{targets: ['127.0.0.1:1']}]\n")
        server = harness.launch(stack, directory, config)
        text = server.api("/status/config")["yaml"]
        assert "hunter2" not in text and "<secret>" in text, text
        harness.wait_for(
            "a scrape",
            lambda: any(t["lastError"] for t in server.api("/targets")["activeTargets"]),
        )
        for path in ("/metrics", "/api/v1/targets", "/api/v1/status/flags"):
            assert "hunter2" not in server.get(path).text
        assert "hunter2" not in server.log()


def every_example_stack_loads():
    stacks = pathlib.Path("examples/stacks")
    files = sorted(stacks.glob("**/prometheus.yml"))
    files = [f for f in files if "scrape_configs" in f.read_text()]
    assert len(files) >= 5, files
    for file in files:
        with harness.scene() as (directory, stack):
            server = harness.Server(directory, "")
            server.config_file = file
            stack.callback(lambda: server.process.poll() is None and server.kill())
            server.start()
            groups = server.api("/rules")["groups"]
            rules = sum(len(group["rules"]) for group in groups)
            print(f"        {file}: {len(server.api('/scrape_pools')['scrapePools'])} jobs, {rules} rules")


def pages_are_served():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, "scrape_configs: []\n",
                                "--web.external-url=http://example.org/prom", prefix="/prom")
        answer = server.get("/query")
        if answer.status == 404 and "no web UI" in answer.text:
            print("built without the web UI: skipped")
            return
        assert '<base href="/prom/"' in answer.text, answer.text[:500]
        asset = answer.text.split('src="')[1].split('"')[0].lstrip("./")
        script = server.get("/" + asset)
        assert script.status == 200 and "immutable" in script.headers["Cache-Control"]
        for page in ("targets", "status", "config", "flags", "tsdb-status", "rules"):
            assert server.get(f"/{page}").status == 200, page
        assert server.get("/assets/../../etc/passwd").status in (400, 404)


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).resolve().parents[2])
    harness.main([scrapes_and_answers_queries, federates_the_newest_samples, promtool_works_against_it,
                  reload_takes_a_good_config_and_refuses_a_bad_one,
                  lifecycle_is_off_by_default_and_quit_ends_the_process,
                  bad_start_is_refused_with_the_place, misbehaving_targets_are_named,
                  bad_requests_get_their_error_and_status, secrets_are_not_shown,
                  every_example_stack_loads, pages_are_served])
