#!/usr/bin/env python3
"""A disk that fills up under the running server: scrapes fail and say so, what was written stays and
can be queried, and everything goes on by itself once there is space again."""
import itertools
import subprocess

import harness

SERIES = 200
DISK_BYTES = 4 << 20


def mount_small_disk(stack, directory):
    """A tmpfs of a few megabytes, or None where that is not allowed."""
    directory.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "watchfire-test",
                           str(directory)], capture_output=True, text=True)
    if done.returncode != 0:
        return None
    stack.callback(subprocess.run, ["umount", "--lazy", str(directory)], check=False)
    return directory


def fill(disk):
    """Takes all space that is left with one file."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                pass
    return filler


def page_of_numbers(counter):
    def page():
        n = next(counter)
        return "# TYPE load_total counter\n" + "".join(
            f'load_total{{shard="{i}"}} {n * (i + 1)}\n' for i in range(SERIES))
    return page


def samples(server):
    """{series: [(t, v), …]} of everything stored."""
    result = server.query("load_total[1h]")
    return {tuple(sorted(s["metric"].items())): s["values"] for s in result}


def expect_kept(before, after, when):
    for series, values in before.items():
        assert after.get(series, [])[:len(values)] == values, f"{when}: {series} lost samples"


def target_of(server):
    """The only target; a moment after the start it is not listed yet."""
    targets = harness.wait_for("a target", lambda: server.api("/targets")["activeTargets"])
    return targets[0]


def a_full_disk_is_told_and_got_over():
    with harness.scene() as (directory, stack):
        disk = mount_small_disk(stack, directory / "disk")
        if disk is None:
            print("skipped: mounting a small disk needs root")
            return
        target = harness.Target(page_of_numbers(itertools.count(1)))
        stack.callback(target.close)
        config = ("global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
                  "scrape_configs:\n  - job_name: load\n"
                  f"    static_configs: [{{targets: ['{target.address}']}}]\n")
        server = harness.Server(directory, config, data=disk / "data")
        stack.callback(lambda: server.process.poll() is None and server.kill())
        server.start()
        harness.wait_for("samples", lambda: len(samples(server)) == SERIES)

        def fails():
            fill(disk)  # what was in the air may have left some bytes
            now = target_of(server)
            return now["health"] == "down" and now["lastError"]
        error = harness.wait_for("scrapes fail", fails)
        assert "no space left on device" in error.lower(), error
        before = samples(server)
        assert len(before) == SERIES
        scrapes = len(target.requests)
        harness.wait_for("more scrapes", lambda: len(target.requests) >= scrapes + 5)
        assert samples(server) == before, "a scrape that failed shows"
        assert server.get("/-/healthy").status == 200

        # Also across a crash, with the disk as full as before.
        server.kill()
        fill(disk)
        server.start()
        expect_kept(before, samples(server), "restarted on the full disk")

        (disk / "filler").unlink()
        harness.wait_for("scrapes work", lambda: target_of(server)["health"] == "up")
        assert target_of(server)["lastError"] == ""
        harness.wait_for("new samples", lambda: all(
            len(values) > len(before[series]) for series, values in samples(server).items()))
        after = samples(server)
        expect_kept(before, after, "with space again")
        # A scrape is in whole or not at all.
        ends = {values[-1][0] for values in after.values()}
        assert len(ends) == 1, ends
        server.kill()
        server.start()
        expect_kept(after, samples(server), "restarted")


if __name__ == "__main__":
    harness.main([a_full_disk_is_told_and_got_over])
