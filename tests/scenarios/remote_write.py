#!/usr/bin/env python3
"""Remote write as senders meet it: both protocols by hand, bad senders, a restart, administration,
and a Debian Prometheus that writes what it scrapes."""
import itertools
import json
import math
import shutil
import signal
import struct
import subprocess
import time

import harness
from remote_write_format import data, double, number, series_v1, snappy, varint

EMPTY = "scrape_configs: []\n"
RECEIVER = "--web.enable-remote-write-receiver"
V1 = "application/x-protobuf"
V2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request"


def request_v2(series):
    """`series`: (labels, samples)."""
    symbols, out = {"": 0}, b""
    for labels, samples in series:
        references = b"".join(varint(symbols.setdefault(text, len(symbols)))
                              for pair in labels.items() for text in pair)
        out += data(5, data(1, references) +
                    b"".join(data(2, double(1, v) + number(2, t)) for t, v in samples))
    return b"".join(data(4, text) for text in symbols) + out


def push(server, message, content_type=V1, encoding="snappy", body=None):
    headers = {"Content-Type": content_type, "Content-Encoding": encoding,
               "X-Prometheus-Remote-Write-Version": "0.1.0"}
    return server.request("/api/v1/write", method="POST", headers=headers,
                          data=snappy(message) if body is None else body)


def now_ms():
    return int(time.time() * 1000)


def name(metric, **labels):
    return {"__name__": metric, **labels}


# ---- scenarios
def first_protocol_is_stored_and_survives_a_kill():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, EMPTY, RECEIVER)
        start = now_ms() - 60_000
        for step in range(4):
            answer = push(server, b"".join(
                series_v1(name("pushed", job="a", shard=str(i)), [(start + step * 15_000, i + step)])
                for i in range(2000)))
            assert answer.status == 204 and answer.text == "", (answer.status, answer.text)
        assert server.value("sum(pushed)") == sum(range(2000)) + 3 * 2000
        assert server.value("count(count_over_time(pushed[5m]) == 4)") == 2000
        metrics = server.get("/metrics").text
        assert "prometheus_remote_storage_samples_in_total 8000" in metrics
        assert "watchfire_remote_write_cached_series 2000" in metrics
        server.kill()
        server.start()
        assert server.value("count(count_over_time(pushed[5m]) == 4)") == 2000
        # Known series, forgotten by the receiver's table, go on in place.
        assert push(server, series_v1(name("pushed", job="a", shard="7"), [(now_ms(), 1)])).status == 204
        assert server.value('count_over_time(pushed{shard="7"}[5m])') == 5
        assert server.value("count(pushed)") == 2000


def second_protocol_keeps_what_is_good():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, EMPTY, RECEIVER)
        now = now_ms()
        answer = push(server, request_v2([(name("good"), [(now - 1000, 1), (now, 2)]),
                                          (name("other", a="b"), [(now, 3)])]), V2)
        assert answer.status == 204, answer.text
        assert answer.headers["X-Prometheus-Remote-Write-Samples-Written"] == "3"
        assert answer.headers["X-Prometheus-Remote-Write-Histograms-Written"] == "0"
        assert answer.headers["X-Prometheus-Remote-Write-Exemplars-Written"] == "0"
        answer = push(server, request_v2([(name("good"), [(now - 500, 9)]),
                                          ({"a": "nameless"}, [(now, 9)]),
                                          (name("new"), [(now, 4)])]), V2)
        assert answer.status == 400
        assert answer.text == ('out of order sample for series {__name__="good"}\n'
                               'invalid metric name or labels, got {a="nameless"}\n'), answer.text
        assert answer.headers["X-Prometheus-Remote-Write-Samples-Written"] == "1"
        assert server.value("new") == 4 and server.value("good") == 2


def bad_senders_are_told_and_change_nothing():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, EMPTY, RECEIVER)
        now = now_ms()
        assert push(server, series_v1(name("m"), [(now, 1)])).status == 204
        good = series_v1(name("innocent"), [(now, 1)])
        cases = [
            (push(server, good + series_v1(name("m"), [(now - 1, 1)])), 400, "out of order sample\n"),
            (push(server, good + series_v1(name("m"), [(now, 2)])), 400,
             f"duplicate sample for timestamp {now}; overrides not allowed: existing 1, new value 2\n"),
            (push(server, good + series_v1(name("m"), [(now + 3_600_000, 2)])), 400,
             "out of bounds: timestamp is too far in the future\n"),
            (push(server, good, encoding="zstd"), 415,
             "zstd encoding (compression) is not accepted by this server; only snappy is acceptable\n"),
            (push(server, good, "text/plain"), 415,
             "expected application/x-protobuf as the first (media) part, got text/plain content-type\n"),
            (push(server, b"", body=b"\xff\xff\xff"), 400, "snappy: corrupt input\n"),
            (push(server, b"", body=varint(1 << 30) + b"\x00a"), 400,
             "decoded size exceeds the 33554432 bytes limit\n"),
            (push(server, good[:-1]), 400, None),
        ]
        for i, (answer, status, text) in enumerate(cases):
            assert answer.status == status, (i, answer.status, answer.text)
            assert text is None or answer.text == text, (i, answer.text)
        assert push(server, b"", body=b"\0" * ((32 << 20) + 1)).status == 413
        assert server.value("innocent") is None
        # A stale marker ends a series.
        stale = struct.unpack("<d", struct.pack("<Q", 0x7ff0000000000002))[0]
        assert math.isnan(stale)
        assert push(server, series_v1(name("m"), [(now + 1, stale)])).status == 204
        harness.wait_for("the marker's time", lambda: now_ms() > now + 1)
        assert server.value("m") is None


def nothing_is_received_or_administered_without_the_flags():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, EMPTY)
        answer = push(server, series_v1(name("m"), [(now_ms(), 1)]))
        assert answer.status == 404
        assert answer.text == ("remote write receiver needs to be enabled with "
                               "--web.enable-remote-write-receiver\n"), answer.text
        answer = server.request("/api/v1/admin/tsdb/snapshot", method="POST")
        assert answer.status == 500
        assert json.loads(answer.text) == {"status": "error", "errorType": "unavailable",
                                           "error": "admin APIs disabled"}


def only_named_messages_are_accepted():
    with harness.scene() as (directory, stack):
        flag = "--web.remote-write-receiver.accepted-protobuf-messages=prometheus.WriteRequest"
        server = harness.launch(stack, directory, EMPTY, RECEIVER, flag)
        answer = push(server, request_v2([(name("m"), [(now_ms(), 1)])]), V2)
        assert answer.status == 415
        assert answer.text == ("io.prometheus.write.v2.Request protobuf message is not accepted by "
                               "this server; only accepts prometheus.WriteRequest\n"), answer.text
        assert push(server, series_v1(name("m"), [(now_ms(), 1)])).status == 204


def administration_makes_snapshots():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, EMPTY, RECEIVER, "--web.enable-admin-api")
        assert push(server, series_v1(name("m"), [(now_ms(), 1)])).status == 204
        answer = server.request("/api/v1/admin/tsdb/snapshot", method="POST")
        assert answer.status == 200, answer.text
        snapshot = directory / "data" / "snapshots" / json.loads(answer.text)["data"]["name"]
        assert len(list(snapshot.glob("*/meta.json"))) == 1, list(snapshot.iterdir())
        answer = server.request("/api/v1/admin/tsdb/snapshot?skip_head=true", method="PUT")
        empty = directory / "data" / "snapshots" / json.loads(answer.text)["data"]["name"]
        assert not list(empty.glob("*/meta.json"))
        assert server.request("/api/v1/admin/tsdb/clean_tombstones", method="POST").status == 204
        assert server.request("/api/v1/admin/tsdb/delete_series", method="POST").status == 400


def debians_prometheus_writes_what_it_scrapes():
    prometheus = shutil.which("prometheus")
    if not prometheus:
        print("no prometheus installed: skipped")
        return
    with harness.scene() as (directory, stack):
        counter = itertools.count(1)
        target = harness.Target(lambda: "# TYPE load_total counter\n" + "".join(
            f'load_total{{shard="{i}"}} {next(counter)}\n' for i in range(300)))
        stack.callback(target.close)
        server = harness.launch(stack, directory, EMPTY, RECEIVER)
        theirs = directory / "theirs"
        theirs.mkdir()
        (theirs / "prometheus.yml").write_text(f"""
global: {{scrape_interval: 200ms, scrape_timeout: 200ms, external_labels: {{from: debian}}}}
scrape_configs:
  - job_name: app
    static_configs: [{{targets: ['{target.address}']}}]
remote_write:
  - url: {server.url}/api/v1/write
    queue_config: {{batch_send_deadline: 200ms}}
""")
        port = harness.free_port()
        with (directory / "theirs.log").open("wb") as log:
            process = subprocess.Popen(
                [prometheus, f"--config.file={theirs}/prometheus.yml",
                 f"--storage.tsdb.path={theirs}/data", f"--web.listen-address=127.0.0.1:{port}",
                 "--storage.remote.flush-deadline=10s"], stdout=log, stderr=log)
        stack.callback(lambda: process.poll() is None and process.kill())
        harness.wait_for("twenty scrapes", lambda: (server.value(
            'min(count_over_time(load_total{from="debian"}[5m]))') or 0) >= 20)
        target.behave = lambda handler: handler.send_error(503) or True  # no more samples

        other = harness.Server.__new__(harness.Server)
        other.url = f"http://127.0.0.1:{port}"

        def columns(which, selector):
            return {s["metric"]["shard"]: s["values"] for s in which.query(selector)}

        def same():
            theirs_now = columns(other, "load_total[5m]")
            ours_now = columns(server, 'load_total{job="app"}[5m]')
            return len(theirs_now) == 300 and theirs_now == ours_now

        harness.wait_for("both to hold the same samples", same)
        at = min(values[-1][0] for values in columns(server, "load_total[5m]").values())
        question = "sum by (job, instance) (load_total)"
        assert server.query(question, time=at) == other.query(question, time=at) != []
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert "Remote write request is refused" not in server.log(), server.log()


harness.main([first_protocol_is_stored_and_survives_a_kill, second_protocol_keeps_what_is_good,
              bad_senders_are_told_and_change_nothing,
              nothing_is_received_or_administered_without_the_flags,
              only_named_messages_are_accepted, administration_makes_snapshots,
              debians_prometheus_writes_what_it_scrapes])
