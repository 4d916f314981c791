#!/usr/bin/env python3
"""`watchfire tool tsdb` as a person or a script has it: imports that the server answers from, what
recording rules would have recorded, dumps beside a running server, every wrong use. Where Debian's
promtool is installed, the same is asked of it."""
import datetime
import itertools
import pathlib
import re
import shutil
import subprocess
import time

import harness

PROMTOOL = shutil.which("promtool")
COMMANDS = {
    "list": ["--human-readable"],
    "analyze": ["--limit", "--extended", "--match"],
    "dump": ["--min-time", "--max-time", "--match", "--format", "--sandbox-dir-root"],
    "dump-openmetrics": ["--min-time", "--max-time", "--match", "--sandbox-dir-root"],
    "create-blocks-from openmetrics": ["--human-readable", "--quiet", "--label"],
    "create-blocks-from rules": ["--human-readable", "--quiet", "--url", "--start", "--end",
                                 "--output-dir", "--eval-interval"],
    "verify": [],
}


def tool(*arguments, code=0, cwd=None, binary=None):
    """Runs `tool tsdb …` (or promtool's); the finished process, whose exit code is `code`."""
    command = [binary] if binary else [str(pathlib.Path(harness.BINARY).resolve()), "tool"]
    done = subprocess.run([*command, "tsdb", *map(str, arguments)], capture_output=True, text=True,
                          cwd=cwd, timeout=120)
    assert code is None or done.returncode == code, \
        f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def dump(directory, *flags):
    return tool("dump", *flags, directory).stdout.splitlines()


def quiet_server(stack, directory, data):
    server = harness.Server(directory, "global: {scrape_interval: 1h}\n",
                            "--storage.tsdb.retention.time=10y", data=data)
    stack.callback(lambda: server.process and server.process.poll() is None and server.kill())
    return server.start()


def recording(start, end, step=15):
    """Counters by time, as a recording has them; with a histogram."""
    lines = ["# TYPE requests counter"]
    for i, t in enumerate(range(start, end, step)):
        lines += [f'requests_total{{instance="h{n}",path="/{p}"}} {i * (n + p + 1)} {t}'
                  for n, p in itertools.product(range(3), range(2))]
    lines += ["# TYPE latency_seconds histogram"]
    for i, t in enumerate(range(start, end, step)):
        lines += [f'latency_seconds_bucket{{le="{le}"}} {i * share} {t}'
                  for le, share in (("0.5", 1), ("1.0", 3), ("+Inf", 4))]
    return "\n".join(lines) + "\n# EOF\n"


def what_is_imported_is_answered():
    with harness.scene() as (directory, stack):
        end = int(time.time()) // 15 * 15
        start = end - 5 * 3600
        text = directory / "recording.om"
        text.write_text(recording(start, end))
        data = directory / "data"
        table = tool("create-blocks-from", "openmetrics", text, data).stdout.splitlines()
        assert table[0].startswith("BLOCK ULID") and len(table) in (4, 5), table
        assert "\n".join(table) + "\n" == tool("list", data).stdout
        server = quiet_server(stack, directory, data)
        assert server.value("sum(requests_total)", time=end - 15) == (5 * 240 - 1) * 15
        assert server.value('increase(requests_total{instance="h2",path="/1"}[1h])',
                            time=end - 7) == 240 * 4
        points = server.api("/query_range", query="sum(count_over_time(requests_total[5m]))",
                            start=start + 299, end=end - 15, step=300)["result"][0]["values"]
        assert len(points) == 59 and {v for _, v in points} == {"120"}, points
        server.stop()
        tool("verify", data)
        if not PROMTOOL:
            return
        peer = directory / "peer"
        tool("create-blocks-from", "openmetrics", text, peer, binary=PROMTOOL)
        mine, theirs = dump(data), dump(peer)
        assert len(mine) == 5 * 240 * 9 and mine == theirs


def labels_and_block_durations_are_taken():
    with harness.scene() as (directory, _):
        text = directory / "in.om"
        text.write_text("a 1 1000\na 2 20000\n# EOF\n")
        tool("create-blocks-from", "openmetrics", "--max-block-duration=1d", "--label=x=y=z",
             "--label", "site=b", "-q", text, directory / "data")
        assert dump(directory / "data", "--match={site='b'}") == [
            '{__name__="a", site="b", x="y=z"} 1 1000000',
            '{__name__="a", site="b", x="y=z"} 2 20000000']
        assert len(tool("list", directory / "data").stdout.splitlines()) == 2
        # The flag takes one selector; what follows is the directory.
        assert len(dump(directory / "data", "--match", "a", "--match", "b")) == 2


def wrong_input_is_told_and_leaves_nothing():
    with harness.scene() as (directory, _):
        cases = {
            "a_total 1\n# EOF\n": "line 1: expected timestamp for series a_total, got none",
            "a_total 1 1\n": "data does not end with # EOF",
            "": "data does not end with # EOF",
            "a_total 1 1\n# EOF\na_total 2 2\n": "line 3: unexpected data after # EOF",
            "a_total one 1\n# EOF\n": "line 1: invalid value",
            'a_total{x="1 1 1\n# EOF\n': "line 1: ",
            "a 1 1\na 2 1\n# EOF\n": "duplicate sample for timestamp 1000",
        }
        data = directory / "data"
        for text, error in cases.items():
            path = directory / "in.om"
            path.write_text(text)
            done = tool("create-blocks-from", "openmetrics", path, data, code=1)
            assert done.stdout == "", done.stdout
            assert done.stderr.startswith(f"error: {path}: ") and error in done.stderr, done.stderr
            assert not data.exists() or not list(data.iterdir()), list(data.iterdir())
            # Debian's version drops one of two samples of one time without a word, and knows
            # no file name.
            if PROMTOOL and "duplicate" not in error:
                tool("create-blocks-from", "openmetrics", path, directory / "peer", code=1,
                     binary=PROMTOOL)
        missing = directory / "missing.om"
        done = tool("create-blocks-from", "openmetrics", missing, data, code=1)
        assert f"{missing}: No such file or directory" in done.stderr, done.stderr
        path.write_text("a 1 1\n# EOF\n")
        done = tool("create-blocks-from", "openmetrics", "--max-block-duration=abc", path, data,
                    code=1)
        assert 'not a valid duration string: "abc"' in done.stderr, done.stderr
        done = tool("create-blocks-from", "openmetrics", "--label=x", path, data, code=1)
        assert '"x" is no label of the form name=value' in done.stderr, done.stderr
        done = tool("create-blocks-from", "rules", "--start=yesterday", path, code=1)
        assert 'cannot parse "yesterday" to a valid timestamp' in done.stderr, done.stderr
        done = tool("create-blocks-from", "rules", "--start=20", "--end=10", path, code=1)
        assert "end time is before start time" in done.stderr, done.stderr
        done = tool("create-blocks-from", "rules", "--start=10", "--end=20", missing, code=1)
        assert str(missing) in done.stderr, done.stderr
        assert not data.exists()


def wrong_usage_ends_with_two():
    for arguments in ([], ["frob"], ["list", "--frob"], ["list", "a", "b"],
                      ["create-blocks-from"], ["create-blocks-from", "openmetrics"],
                      ["create-blocks-from", "rules", "file"], ["analyze", "--limit=x"],
                      ["dump", "--format=csv"], ["dump", "--min-time=noon"]):
        done = tool(*arguments, code=2)
        assert done.stdout == "" and done.stderr, arguments


def help_names_every_flag():
    for command, flags in COMMANDS.items():
        text = tool(*command.split(), "--help").stdout
        if PROMTOOL and command not in ("dump-openmetrics", "verify"):
            theirs = tool(*command.split(), "--help", binary=PROMTOOL).stdout
            flags = set(flags) | set(re.findall(r"(?m)^\s+(?:-\w, )?(--[a-z-]+)", theirs))
            assert "--help" in flags, theirs
            flags -= {"--version", "--enable-feature"}  # of the whole program there
        for flag in flags:
            assert flag in text, f"{command}: {flag} is missing in\n{text}"
    tool("list", "--enable-feature=promql-experimental-functions", "--help")


def empty_and_missing_directories():
    with harness.scene() as (directory, _):
        empty = directory / "empty"
        empty.mkdir()
        for command in ("list", "analyze", "dump", "verify"):
            done = tool(command, directory / "missing", code=1)
            assert "no such file or directory" in done.stderr.lower() and not done.stdout
            if PROMTOOL and command != "verify":
                tool(command, directory / "missing", code=1, binary=PROMTOOL)
        header = tool("list", empty).stdout
        assert header.startswith("BLOCK ULID") and header.count("\n") == 1
        assert "no blocks found" in tool("analyze", empty, code=1).stderr
        # A log is not needed: a directory of imported blocks has none.
        assert tool("dump", empty).stdout == ""
        assert tool("dump-openmetrics", empty).stdout == "# EOF\n"
        assert "neither blocks nor a log" in tool("verify", empty).stdout
        assert not list(empty.iterdir())
        if PROMTOOL:
            assert tool("list", empty, binary=PROMTOOL).stdout == header
            tool("analyze", empty, code=1, binary=PROMTOOL)


RULES = """groups:
- name: fast
  rules:
  - record: path:requests:rate5m
    expr: sum by (path) (rate(requests_total[5m]))
    labels: {team: a}
  - record: instance:requests:rate5m
    expr: sum by (instance) (rate(requests_total[5m]))
  - record: sometimes
    expr: requests_total{path="/1"} > 3000
    labels: {path: "", le: x}
- name: slow
  interval: 7m
  rules:
  - record: latency:quantile
    expr: histogram_quantile(0.9, rate(latency_seconds_bucket[10m]))
"""
# Each group has its slot within the interval, some of them between milliseconds.
RULES += "".join(f"- {{name: group{i}, rules: [{{record: slot{i}, expr: vector(time())}}]}}\n"
                 for i in range(8))
ALERTS = """- name: alerts
  rules:
  - alert: Busy
    expr: requests_total > 0
    for: 5m
"""


def rfc3339(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def rules_are_filled_from_a_server():
    with harness.scene() as (directory, stack):
        # A fixed hour: which evaluations fall into a block shall not depend on the day. The
        # groups' slots come from the file's name as it is given.
        start, end = 1_700_000_000, 1_700_000_000 + 5 * 3600
        text = directory / "recording.om"
        text.write_text(recording(start, end))
        data = directory / "data"
        tool("create-blocks-from", "openmetrics", "-q", text, data)
        server = quiet_server(stack, directory, data)
        (directory / "rules.yml").write_text(RULES)
        ours = {}
        for name, since, until in (("unix", start + 600, end - 600),
                                   ("dates", rfc3339(start + 600), rfc3339(end - 600))):
            flags = ["create-blocks-from", "rules", f"--url={server.url}", f"--start={since}",
                     f"--end={until}", "--eval-interval=30s"]
            tool(*flags, f"--output-dir=ours-{name}", "rules.yml", cwd=directory)
            ours[name] = dump(directory / f"ours-{name}")
            if PROMTOOL:
                tool(*flags, f"--output-dir=theirs-{name}", "rules.yml", cwd=directory,
                     binary=PROMTOOL)
                theirs = dump(directory / f"theirs-{name}")
                assert theirs == ours[name], sorted(set(theirs) ^ set(ours[name]))[:20]
        assert ours["unix"] == ours["dates"]
        times = {}
        for line in ours["unix"]:
            labels, _, t = line.rsplit(" ", 2)
            times.setdefault(labels, []).append(int(t))
        assert '{__name__="path:requests:rate5m", path="/1", team="a"}' in times
        slow = times['{__name__="latency:quantile"}']
        assert {b - a for a, b in zip(slow, slow[1:])} == {7 * 60 * 1000}
        fast = times['{__name__="instance:requests:rate5m", instance="h1"}']
        assert {b - a for a, b in zip(fast, fast[1:])} == {30 * 1000}
        assert fast[0] >= (start + 600) * 1000 and fast[-1] <= (end - 600) * 1000
        # Alerts are not evaluated, labels of a group are put on (Prometheus has them since 3.0).
        (directory / "rules.yml").write_text(
            RULES.replace("- name: slow", "- name: slow\n  labels: {tier: b}") + ALERTS)
        tool(*flags, "--output-dir=labelled", "rules.yml", cwd=directory)
        labelled = dump(directory / "labelled")
        assert [line.replace(', tier="b"', "") for line in labelled] == ours["unix"]
        assert not any("Busy" in line or "ALERTS" in line for line in labelled)
        # A server that is gone, and one that knows better.
        (directory / "bad.yml").write_text(
            "groups: [{name: g, rules: [{record: r, expr: 'label_replace(requests_total, "
            '"path", "", "", ".*")\'}]}]')
        done = tool(*flags, "--output-dir=bad", "bad.yml", cwd=directory, code=1)
        assert "rule r of group g in bad.yml: query range: status 422" in done.stderr, done.stderr
        server.stop()
        done = tool(*flags, "--output-dir=gone", "rules.yml", cwd=directory, code=1)
        assert "rule path:requests:rate5m of group fast in rules.yml: " in done.stderr, done.stderr
        assert not (directory / "bad").exists() and not (directory / "gone").exists()


def a_running_server_may_be_dumped():
    with harness.scene() as (directory, stack):
        counter = itertools.count(1)

        def page():
            n = next(counter)
            return "".join(f'live_total{{shard="{i}"}} {n * i}\n' for i in range(50))
        target = harness.Target(page)
        stack.callback(target.close)
        config = ("global: {scrape_interval: 100ms, scrape_timeout: 100ms}\n"
                  "scrape_configs: [{job_name: live, static_configs: [{targets: "
                  f"['{target.address}']}}]}}]\n")
        server = harness.launch(stack, directory, config)
        query = 'count_over_time(live_total{shard="7"}[1h])'
        for wanted in (5, 15, 25):
            harness.wait_for("scrapes", lambda: (server.value(query) or 0) >= wanted)
            before = server.query('live_total{shard="7"}[1h]')[0]["values"]
            lines = dump(directory / "data", '--match=live_total{shard="7"}')
            values = [line.rsplit(" ", 2) for line in lines]
            dumped = [[int(t) / 1000, v] for _, v, t in values]
            # All that was answered before, and perhaps what came since.
            assert dumped[:len(before)] == before, (dumped, before)
        after = server.value(query)
        harness.wait_for("scrapes go on", lambda: server.value(query) > after)
        assert (directory / "data" / "lock").exists()
        server.stop()
        tool("verify", directory / "data")


if __name__ == "__main__":
    harness.main([what_is_imported_is_answered, labels_and_block_durations_are_taken,
                  wrong_input_is_told_and_leaves_nothing, wrong_usage_ends_with_two,
                  help_names_every_flag, empty_and_missing_directories,
                  rules_are_filled_from_a_server, a_running_server_may_be_dumped])
