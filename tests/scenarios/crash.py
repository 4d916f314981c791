#!/usr/bin/env python3
"""kill -9 under load: every sample of a scrape that had completed is there after the restart."""
import itertools
import random
import time

import harness

KILLS = 5
SERIES = 400


def page_of_numbers(counter):
    """Every scrape exposes the next number on every series, so a torn scrape would show."""
    def page():
        n = next(counter)
        return "# TYPE load_total counter\n" + "".join(
            f'load_total{{shard="{i}"}} {n}\n' for i in range(SERIES))
    return page


def config_for(targets):
    jobs = "".join(f"""
  - job_name: load{i}
    static_configs: [{{targets: ['{target.address}']}}]""" for i, target in enumerate(targets))
    return f"global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}\nscrape_configs:{jobs}\n"


def samples(server, selector):
    """{series: [(t, v), …]} of everything stored."""
    result = server.query(f"{selector}[1h]")
    return {tuple(sorted(s["metric"].items())): s["values"] for s in result}


def kill_and_restart_loses_no_completed_scrape():
    with harness.scene() as (directory, stack):
        targets = [harness.Target(page_of_numbers(itertools.count(1))) for _ in range(3)]
        for target in targets:
            stack.callback(target.close)
        server = harness.launch(stack, directory, config_for(targets))
        for round_number in range(KILLS):
            known = 0

            def grown():
                nonlocal known
                data = samples(server, 'load_total{shard="0"}')
                total = sum(len(v) for v in data.values())
                done, known = total >= known + 9, known or total
                return done and len(data) == len(targets)
            harness.wait_for("new scrapes", grown)
            before = samples(server, "load_total")
            time.sleep(random.random() * 0.1)
            server.kill()
            server.start()
            after = samples(server, "load_total")
            for series, values in before.items():
                kept = after.get(series)
                assert kept is not None, f"round {round_number}: {series} is gone"
                assert kept[:len(values)] == values, f"round {round_number}: {series} lost samples"
            # A scrape is in whole or not at all: all shards of a job end with the same sample.
            for job in range(len(targets)):
                ends = {tuple(v[-1]) for s, v in after.items() if ("job", f"load{job}") in s}
                assert len(ends) == 1, f"round {round_number}: torn scrape of load{job}: {ends}"
        assert len(after) == SERIES * len(targets)


def clean_stop_and_start_finds_the_data_again():
    with harness.scene() as (directory, stack):
        target = harness.Target(page_of_numbers(itertools.count(1)))
        stack.callback(target.close)
        server = harness.launch(stack, directory, config_for([target]))
        harness.wait_for("samples", lambda: len(samples(server, "load_total")) == SERIES)
        server.stop()
        # Nothing scrapes during the comparison: the target is gone.
        server.write_config("scrape_configs: []\n")
        server.start()
        assert len(samples(server, "load_total")) == SERIES
        assert "Server is ready" in server.log()


def a_second_process_on_the_directory_is_refused():
    with harness.scene() as (directory, stack):
        server = harness.launch(stack, directory, "scrape_configs: []\n")
        second = harness.Server(directory, "scrape_configs: []\n")
        second.log_path = directory / "second.log"
        second.start(ready=False)
        assert second.process.wait(harness.PATIENCE) == 1
        assert "lock" in second.log(), second.log()
        assert server.is_ready()


harness.main([kill_and_restart_loses_no_completed_scrape,
              clean_stop_and_start_finds_the_data_again,
              a_second_process_on_the_directory_is_refused])
