#!/usr/bin/env python3
"""Queries of a running server beside its pages: what each part of one took, over the API and with
`watchfire tool query`, whose other commands print what Debian's promtool prints (if it is here)."""
import json
import pathlib
import shutil
import subprocess
import time

import harness

PROMTOOL = shutil.which("promtool")
PAGE = "# TYPE requests_total counter\n" + "".join(
    f'requests_total{{path="/{p}",code="{c}"}} {10 * p + c}\n' for p in range(5) for c in (200, 500)
) + 'odd{text="a\\"b\\\\c"} 1e-9\nlarge 1e300\n'


def tool(*arguments, code=0, binary=None):
    """Runs `tool query …` (or promtool's); the finished process, whose exit code is `code`."""
    command = [binary] if binary else [str(pathlib.Path(harness.BINARY).resolve()), "tool"]
    done = subprocess.run([*command, "query", *map(str, arguments)], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def scraping_server(stack, directory):
    target = harness.Target(lambda: PAGE)
    stack.callback(target.close)
    server = harness.launch(stack, directory, (
        "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs:\n"
        f"  - job_name: app\n    static_configs: [{{targets: ['{target.address}']}}]\n"))
    harness.wait_for("two scrapes",
                     lambda: (server.value("min(count_over_time(requests_total[1h]))") or 0) >= 2)
    return server


def all_parts(node):
    yield node
    for child in node["children"]:
        yield from all_parts(child)


def explain_tells_what_each_part_took():
    with harness.scene() as (directory, stack):
        server = scraping_server(stack, directory)
        now = time.time()
        query = 'sum by (code) (rate(requests_total{path!="/0"}[1m]))'
        told = server.api("/query_explain", query=query, start=now - 30, end=now, step=1)
        assert told["query"] == query and told["resultType"] == "matrix", told
        parts = list(all_parts(told["plan"]))
        assert [p["label"] for p in parts] == [
            "answer", "sum by (code)", "rate", "requests_total[1m]"], parts
        assert [p["series"] for p in parts] == [2, 2, 8, 8], parts
        assert [p["id"] for p in parts] == [0, 1, 2, 3]
        assert parts[3]["samplesRead"] == told["totals"]["samplesRead"] >= 16
        assert query[parts[2]["position"]["start"]:parts[2]["position"]["end"]] == \
            'rate(requests_total{path!="/0"}[1m])'
        assert abs(sum(p["selfSeconds"] for p in parts) - parts[0]["seconds"]) < 1e-9
        assert all(p["selfSeconds"] > 0 for p in parts), parts
        instant = server.api("/query_explain", query="up + 1", time=now)
        assert instant["resultType"] == "vector" and instant["totals"]["series"] == 1, instant


def explain_refuses_what_the_query_refuses():
    with harness.scene() as (directory, stack):
        server = scraping_server(stack, directory)
        ranges = ["start=2&end=1&step=1", "start=1&end=2&step=0", "start=0&end=99999&step=1",
                  "start=1&end=2", "end=2&step=1", "start=1&end=2&step=1&timeout=x"]
        for parameters in ranges:
            theirs = server.get(f"/api/v1/query_range?query=up&{parameters}")
            mine = server.get(f"/api/v1/query_explain?query=up&{parameters}")
            assert mine.status == theirs.status == 400 and mine.text == theirs.text, mine.text
        for parameters in ("query=up&time=x", "query=sum(", "query=", "query=up&lookback_delta=-1",
                           "query=requests_total%2Bon()requests_total"):
            theirs = server.get(f"/api/v1/query?{parameters}")
            mine = server.get(f"/api/v1/query_explain?{parameters}")
            assert mine.status == theirs.status >= 400, (parameters, mine.status, theirs.status)
            assert mine.text == theirs.text, mine.text


def the_tool_explains():
    with harness.scene() as (directory, stack):
        server = scraping_server(stack, directory)
        address = f"http://127.0.0.1:{server.port}"
        text = tool("explain", "--server", address, "topk(2, requests_total) / 2").stdout
        lines = text.splitlines()
        assert lines[0].split()[0] == "part" and lines[1].startswith("answer "), text
        assert lines[2].startswith("└─ / 2 ") and lines[3].startswith("   └─ topk "), text
        assert "10 samples read" in lines[-1], text
        ranged = tool("explain", f"--server={address}", "--step=1s", "up").stdout
        assert "301 steps of 1s" in ranged, ranged
        parsed = json.loads(tool("explain", f"--server={address}", "-o", "json", "up").stdout)
        assert parsed["plan"]["children"][0]["label"] == "up", parsed
        failed = tool("explain", f"--server={address}", "sum(", code=1)
        assert failed.stdout == "" and failed.stderr.startswith("error: bad_data: "), failed.stderr
        tool("explain", "--time=1", "--start=1", "up", code=2)
        closed = tool("explain", f"--server=http://127.0.0.1:{harness.free_port()}", "up", code=1)
        assert "error: " in closed.stderr and not closed.stdout


def the_tool_prints_what_promtool_prints():
    with harness.scene() as (directory, stack):
        server = scraping_server(stack, directory)
        address = f"http://127.0.0.1:{server.port}"
        now = round(time.time(), 3)
        window = (f"--start={now - 2}", f"--end={now}")
        asked = [("instant", f"--time={now}", address, expr) for expr in (
            "sort(requests_total)", "odd", "large", "requests_total[2s]", "vector(1) / 3", "3",
            "time() * 1e9", "absent(up)", "nothing")]
        asked += [("range", *window, "--step=500ms", address, expr)
                  for expr in ("requests_total", "1 / 3", "nothing")]
        asked += [("series", "--match=requests_total", "--match=odd", address),
                  ("series", "--match=nothing", address),
                  ("labels", address, "code"), ("labels", "--match=odd", address, "text"),
                  ("labels", *window, address, "none")]
        for arguments in asked:
            mine = tool(*arguments).stdout
            assert mine.endswith("\n") or arguments[0] in ("series", "labels"), arguments
            if not PROMTOOL:
                continue
            theirs = tool(*arguments, binary=PROMTOOL).stdout
            assert mine == theirs, f"{arguments}:\n{mine}---\n{theirs}"
        # Debian's promtool cannot read texts.
        assert tool("instant", address, '"some text"').stdout == "some text\n"
        as_json = ("instant", "-o", "json", f"--time={now}", address, "sort(requests_total)")
        assert len(json.loads(tool(*as_json).stdout)) == 10
        if PROMTOOL:
            theirs = subprocess.run([PROMTOOL, "query", "-o", "json", *as_json[:1], *as_json[3:]],
                                    capture_output=True, text=True, check=True).stdout
            assert json.loads(tool(*as_json).stdout) == json.loads(theirs)
        assert tool("instant", address, "sum(", code=1).stderr.startswith("error: bad_data: ")
        for wrong in (["instant", address], ["range", address], ["series", address],
                      ["labels", address], ["frob"], [], ["instant", "-o", "xml", address, "1"]):
            tool(*wrong, code=2)
        tool("range", "--start=20", "--end=10", address, "up", code=1)
        tool("instant", "--time=noon", address, "up", code=1)
        tool("range", "--header=x", address, "up", code=1)


if __name__ == "__main__":
    harness.main([explain_tells_what_each_part_took, explain_refuses_what_the_query_refuses,
                  the_tool_explains, the_tool_prints_what_promtool_prints])
