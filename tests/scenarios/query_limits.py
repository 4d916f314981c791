#!/usr/bin/env python3
"""Queries as a service: what a server answers to bad, heavy and abandoned ones, what it writes
down about them, and that scraping goes on meanwhile."""
import json
import pathlib
import socket
import threading
import time
import urllib.parse

import harness

SERIES = 2000
NOTHING = "scrape_configs: []\n"


def error_of(server, path, **params):
    """(status, errorType, error) of a request that fails."""
    data = urllib.parse.urlencode(params, doseq=True).encode()
    answer = server.request("/api/v1" + path, method="POST", data=data, headers={
        "Content-Type": "application/x-www-form-urlencoded"})
    body = json.loads(answer.text)
    assert body["status"] == "error", body
    return answer.status, body["errorType"], body["error"]


def expect(actual, *wanted):
    assert actual == wanted, f"\n  got    {actual}\n  wanted {wanted}"


def begin_of_answer(server, path, params):
    """(status, first bytes) of an answer that is read to its end but not looked at: the work that
    this takes here must not be what slows down the target."""
    data = urllib.parse.urlencode(params).encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=harness.PATIENCE) as client:
        client.sendall(b"POST /api/v1" + path.encode() + b" HTTP/1.1\r\nHost: x\r\n"
                       b"Connection: close\r\n"
                       b"Content-Type: application/x-www-form-urlencoded\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(data) + data)
        begin = b""
        while True:
            part = client.recv(1 << 20)
            if not part:
                break
            if len(begin) < 2000:
                begin += part[:2000]
        return int(begin.split()[1]), begin.partition(b"\r\n\r\n")[2].decode(errors="replace")


def metric(server, name):
    for line in server.get("/metrics").text.splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    return None


def bad_queries_are_refused_with_upstreams_words():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, NOTHING)
        step = ("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the "
                "query resolution (?step=XX)")
        expect(error_of(server, "/query_range", query="up", start=0, end=11001, step=1),
               400, "bad_data", step)
        body = server.api("/query_range", query="vector(1)", start=0, end=11000, step=1)
        assert len(body["result"][0]["values"]) == 11001
        expect(error_of(server, "/query_range", query="up", start=10, end=0, step=1), 400,
               "bad_data",
               'invalid parameter "end": end timestamp must not be before start time')
        zero = ('invalid parameter "step": zero or negative query resolution step widths are not '
                "accepted. Try a positive integer")
        expect(error_of(server, "/query_range", query="up", start=0, end=1, step=0), 400,
               "bad_data", zero)
        expect(error_of(server, "/query_range", query="up", start=0, end=1, step=-1), 400,
               "bad_data", zero)
        for name in ("NaN", "Inf", "x"):
            expect(error_of(server, "/query_range", query="up", start=name, end=1, step=1), 400,
                   "bad_data", f'invalid parameter "start": cannot parse "{name}" to a valid '
                   "timestamp")
            expect(error_of(server, "/query", query="up", time=name), 400, "bad_data",
                   f'invalid parameter "time": invalid time value for \'time\': cannot parse '
                   f'"{name}" to a valid timestamp')
        expect(error_of(server, "/query_range", query="up", start=0, end=1, step="1e30"), 400,
               "bad_data", 'invalid parameter "step": cannot parse "1e30" to a valid duration. It '
               "overflows int64")
        expect(error_of(server, "/query_range", query="up[1m]", start=0, end=1, step=1), 400,
               "bad_data", 'invalid parameter "query": invalid expression type "range vector" for '
               "range query, must be Scalar or instant Vector")
        expect(error_of(server, "/query", query=""), 400, "bad_data",
               'invalid parameter "query": unknown position: parse error: no expression found in '
               "input")
        expect(error_of(server, "/query", query="up", limit=-1), 400, "bad_data",
               'invalid parameter "limit": limit must be non-negative')
        expect(error_of(server, "/query", query="up", timeout="soon"), 400, "bad_data",
               'invalid parameter "timeout": cannot parse "soon" to a valid duration')
        status, kind, text = error_of(server, "/query", query='{__name__=~"("}')
        assert (status, kind) == (400, "bad_data") and "error parsing regexp" in text, text
        status, kind, text = error_of(server, "/query", query="(" * 100_000 + "1" + ")" * 100_000)
        assert (status, kind) == (400, "bad_data") and "deep" in text, text[:200]
        status, kind, text = error_of(server, "/query", query="1" + "+1" * 1_000_000)
        assert (status, kind) == (400, "bad_data"), text[:200]
        # A regex that backtracking engines never finish, and one of a megabyte.
        assert server.query('{a=~"(x+x+)+y"}') == []
        big = "|".join(f"value{i}" for i in range(20_000))
        form = urllib.parse.urlencode({"query": f'{{a=~"{big}"}}'}).encode()
        answer = server.request("/api/v1/query", method="POST", data=form, headers={
            "Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 200, answer.text[:300]
        # Longer than a request may be.
        assert server.request("/api/v1/query?query=" + "1" * 100_000).status == 414
        assert server.is_ready()


def parameters_of_queries_do_what_they_say():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, NOTHING)

        def whole(**params):
            answer = server.get("/api/v1/query?" + urllib.parse.urlencode(params))
            return json.loads(answer.text)
        plain = whole(query="vector(1)")
        assert "stats" not in plain["data"] and "warnings" not in plain, plain
        for value in ("true", "all"):
            body = whole(query="vector(1)", stats=value)
            assert set(body["data"]["stats"]) == {"timings", "samples"}, body
            assert "warnings" not in body, body
        body = whole(query="vector(1)", stats="yes")
        assert "timings" in body["data"]["stats"], body
        assert body["warnings"] == [
            'value "yes" for parameter "stats" is deprecated and will be rejected in the next '
            'major release, use "true" or "all"'], body
        many = 'label_replace(vector(1), "a", "1", "", "") or label_replace(vector(2), "a", "2", "", "")'
        body = whole(query=many, limit=1)
        assert len(body["data"]["result"]) == 1, body
        assert body["warnings"] == ["results truncated due to limit"], body
        assert len(whole(query=many, limit=2)["data"]["result"]) == 2
        for none in ("0s", "-1", "0.0001"):
            expect(error_of(server, "/query", query="vector(1)", timeout=none), 503, "timeout",
                   "query timed out in expression evaluation")


def page_of_many():
    page = "# TYPE load gauge\n" + "".join(f'load{{n="{i}"}} {i}\n' for i in range(SERIES))
    return lambda: page


def loaded_server(stack, directory, *flags, more=""):
    target = harness.Target(page_of_many())
    stack.callback(target.close)
    config = (f"global: {{scrape_interval: 1s, scrape_timeout: 1s{more}}}\nscrape_configs:\n"
              f"  - job_name: load\n    static_configs: [{{targets: ['{target.address}']}}]\n")
    server = harness.launch(stack, directory, config, *flags)
    harness.wait_for("series", lambda: server.value("count(load)") == SERIES)
    return server


def heavy_range(steps):
    """2,000 series that live through the lookback, a join of each with itself."""
    now = time.time()
    return {"query": "load + on(n) group_left() load", "start": now, "end": now + 280,
            "step": 280 / steps}


# Looks at an hour of seconds at half a million steps: runs for long, holds little.
SLOW = "sum_over_time(stddev_over_time(vector(1)[1h:1s])[6h:50ms])"


def limits_of_memory_and_samples_end_queries():
    with harness.scene() as (directory, stack):
        server = loaded_server(stack, directory, "--query.max-memory=1MB")
        expect(error_of(server, "/query_range", **heavy_range(1000)), 422, "execution",
               "query needs more than 1MiB of memory (--query.max-memory); ask for fewer series, "
               "a shorter range or a wider step")
        assert server.value("count(load)") == SERIES
        assert metric(server, "watchfire_engine_query_memory_bytes") == 0
        server.stop()
        server.flags = ["--query.max-samples=1000"]
        server.start()
        expect(error_of(server, "/query_range", **heavy_range(1000)), 422, "execution",
               "query processing would load too many samples into memory in query execution")


def a_hundred_heavy_queries_leave_the_server_scraping():
    with harness.scene() as (directory, stack):
        server = loaded_server(stack, directory, "--query.max-memory=48MB",
                               "--query.max-total-memory=300MB", "--query.timeout=20s")
        began = time.time()
        outcomes = []

        def ask():
            for _ in range(3):
                outcomes.append(begin_of_answer(server, "/query_range", heavy_range(300)))

        def ask_slowly():
            outcomes.append(begin_of_answer(server, "/query", {"query": SLOW, "timeout": "4s"}))
        threads = [threading.Thread(target=ask_slowly) for _ in range(30)]
        threads += [threading.Thread(target=ask) for _ in range(100)]
        for thread in threads:
            thread.start()
        probes = []
        while any(thread.is_alive() for thread in threads):
            asked = time.monotonic()
            assert server.get("/-/healthy").status == 200
            probes.append(time.monotonic() - asked)
            time.sleep(0.05)
        ended = time.time()
        known = {200: '"status":"success"', 422: "of memory (--query.max-",
                 503: "query timed out in "}
        for status, text in outcomes:
            assert known[status] in text, (status, text)
        counts = {status: sum(s == status for s, _ in outcomes) for status in known}
        assert sum(counts.values()) == 330 and counts[503] > 0 and counts[200] > 0 and counts[422] > 0, counts
        assert max(probes) < harness.PATIENCE / 5, f"a health check took {max(probes)} s"
        harness.wait_for("memory given back",
                         lambda: metric(server, "watchfire_engine_query_memory_bytes") == 0)
        # Every scrape of that time came in, and on time.
        ups = server.query("up[1h]", time=ended)[0]["values"]
        assert all(v == "1" for _, v in ups), ups
        times = [began] + [t for t, _ in ups if began < t < ended] + [ended]
        gaps = [b - a for a, b in zip(times, times[1:])]
        assert max(gaps) < 2.5, gaps
        took = server.value("max_over_time(scrape_duration_seconds[1h])")
        assert took < 1, took
        print(f"  in {ended - began:.1f} s: {counts[200]} answered, {counts[422]} over a limit, "
              f"{counts[503]} timed out; slowest health check {max(probes) * 1000:.0f} ms, "
              f"longest time without a scrape {max(gaps):.2f} s of 1 s, slowest scrape {took:.3f} s")


def queries_wait_for_their_turn_and_time_out():
    with harness.scene() as (directory, stack):
        server = loaded_server(stack, directory, "--query.max-concurrency=1")
        outcome = []
        slow = threading.Thread(target=lambda: outcome.append(error_of(
            server, "/query", query=SLOW, timeout="3s")))
        slow.start()
        harness.wait_for("it runs", lambda: metric(server, "prometheus_engine_queries") == 1)
        expect(error_of(server, "/query", query="vector(1)", timeout="100ms"), 503, "timeout",
               "query timed out in query queue")
        assert server.value("vector(1)") == 1  # as soon as there is room
        slow.join()
        expect(outcome[0], 503, "timeout", "query timed out in expression evaluation")
        expect(error_of(server, "/query", query=SLOW, timeout="50ms"), 503, "timeout",
               "query timed out in expression evaluation")


def a_client_that_leaves_ends_its_query():
    with harness.scene() as (directory, stack):
        log = directory / "query.log"
        server = loaded_server(stack, directory, more=f", query_log_file: '{log}'")
        query = urllib.parse.quote(SLOW)
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(f"GET /api/v1/query?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            harness.wait_for("it runs", lambda: metric(server, "prometheus_engine_queries") == 1)
        harness.wait_for("it ended", lambda: metric(server, "prometheus_engine_queries") == 0, 5)
        last = json.loads(log.read_text().splitlines()[-1])
        assert last["error"] == "query was canceled in expression evaluation", last
        assert last["params"]["query"] == SLOW, last


def the_query_log_has_every_query_and_is_reopened():
    with harness.scene() as (directory, stack):
        config = "global: {query_log_file: first.log}\n" + NOTHING
        server = harness.launch(stack, directory, config, "--web.enable-lifecycle")
        server.query("vector(1)", time=1700000000.5)
        server.api("/query_range", query="vector(2)", start=10, end=40.25, step=15)
        expect(error_of(server, "/query", query="vector(3)", timeout="0s")[:2], 503, "timeout")
        error_of(server, "/query", query="vector(")  # never became a query

        def lines(name):
            return [json.loads(line) for line in (directory / name).read_text().splitlines()]
        first, second, third = lines("first.log")
        assert list(first) == ["time", "level", "source", "msg", "params", "stats", "spanID",
                               "traceID", "httpRequest"], first
        assert first["msg"] == "promql query logged" and first["level"] == "INFO", first
        assert first["params"] == {"query": "vector(1)", "start": "2023-11-14T22:13:20.500Z",
                                   "end": "2023-11-14T22:13:20.500Z", "step": 0}, first
        assert first["httpRequest"] == {"clientIP": "127.0.0.1", "method": "GET",
                                        "path": "/api/v1/query"}, first
        assert set(first["stats"]["timings"]) == {
            "evalTotalTime", "resultSortTime", "queryPreparationTime", "innerEvalTime",
            "execQueueTime", "execTotalTime"}, first
        assert second["params"] == {"query": "vector(2)", "start": "1970-01-01T00:00:10.000Z",
                                    "end": "1970-01-01T00:00:40.250Z", "step": 15}, second
        assert third["error"] == "query timed out in expression evaluation", third
        assert third["httpRequest"]["method"] == "POST", third
        assert metric(server, "prometheus_engine_query_log_enabled") == 1

        def reload():
            answer = server.request("/-/reload", method="POST")
            assert answer.status == 200, answer.text
        (directory / "first.log").rename(directory / "rotated.log")
        reload()
        server.query("vector(4)")
        assert len(lines("rotated.log")) == 3 and len(lines("first.log")) == 1
        server.write_config(config.replace("first", "second"))
        reload()
        server.query("vector(5)")
        assert len(lines("first.log")) == 1 and len(lines("second.log")) == 1
        server.write_config(config.replace("first.log", "no/such/place.log"))
        assert server.request("/-/reload", method="POST").status == 500
        server.write_config(NOTHING)
        reload()
        server.query("vector(6)")
        assert len(lines("second.log")) == 1
        assert metric(server, "prometheus_engine_query_log_enabled") == 0
        assert metric(server, "prometheus_engine_query_log_failures_total") == 0


def queries_that_a_crash_cut_short_are_told_at_the_next_start():
    with harness.scene() as (directory, stack):
        server = loaded_server(stack, directory, "--query.max-concurrency=3")
        active = pathlib.Path(server.data) / "queries.active"
        assert active.stat().st_size == 3001
        threading.Thread(target=lambda: try_query(server, SLOW), daemon=True).start()
        harness.wait_for("noted", lambda: b"stddev_over_time" in active.read_bytes())
        server.kill()
        before = len(server.log_path.read_text())
        server.start()
        log = server.log_path.read_text()[before:]
        line = next(l for l in log.splitlines() if "These queries didn't finish" in l)
        assert SLOW in line and "timestamp_sec" in line, line
        server.stop()
        before = len(server.log_path.read_text())
        server.start()
        assert "didn't finish" not in server.log_path.read_text()[before:]


def try_query(server, query):
    try:
        server.get("/api/v1/query?query=" + urllib.parse.quote(query))
    except OSError:
        pass  # the server was killed


harness.main([bad_queries_are_refused_with_upstreams_words,
              parameters_of_queries_do_what_they_say,
              limits_of_memory_and_samples_end_queries,
              a_hundred_heavy_queries_leave_the_server_scraping,
              queries_wait_for_their_turn_and_time_out,
              a_client_that_leaves_ends_its_query,
              the_query_log_has_every_query_and_is_reopened,
              queries_that_a_crash_cut_short_are_told_at_the_next_start])
