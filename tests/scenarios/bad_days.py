#!/usr/bin/env python3
"""Notifications on bad days: a receiver that hangs, services that refuse for a while, a crash in
the middle of a group, a full disk, ten thousand alerts at once. Nothing is lost, nothing is told
twice without need, and the record says why."""
import json
import threading
import time

import alertmanagers
import disk_full
import harness
from receivers import Receivers


def config(receivers, more_route="", **integrations):
    """A receiver for each integration, each by a route of its own; `to` chooses. JSON is YAML."""
    made = [{"name": name, f"{body.pop('kind')}_configs": [{"send_resolved": True, **body}]}
            for name, body in integrations.items()]
    return json.dumps({
        "route": {"receiver": made[0]["name"], "group_by": ["alertname"], "group_wait": "100ms",
                  "group_interval": "1s", "repeat_interval": "1h",
                  "routes": [{"matchers": [f'to=~".*{name}.*"'], "receiver": name,
                              "continue": True} for name in integrations]},
        "receivers": made})


def webhook(receivers, path):
    return {"kind": "webhook", "url": f"{receivers.url}/{path}"}


def push(server, *alerts):
    answer = server.ask("POST", "/api/v2/alerts", json.dumps(alerts),
                        {"Content-Type": "application/json"})
    assert answer.status == 200, answer.text


def alert(name, end=None, **labels):
    body = {"labels": {"alertname": name, **labels}}
    if end is not None:
        body["endsAt"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + end))
    return body


def deliveries(server, **parameters):
    answer = server.ask("GET", "/api/v2/deliveries" + alertmanagers.query(*parameters.items()))
    assert answer.status == 200, answer.text
    return json.loads(answer.text)["deliveries"]


def names(notes):
    return [a["labels"]["alertname"] for n in notes for a in n.json["alerts"]]


def who_hangs_holds_up_nobody():
    with harness.scene() as (directory, stack):
        released = threading.Event()
        stack.callback(released.set)

        def behave(note):
            if note.path == "/hangs":
                released.wait(harness.PATIENCE)
        receivers = Receivers(stack, behave)
        server = alertmanagers.ours(stack, directory, config(
            receivers, hangs=webhook(receivers, "hangs"), other=webhook(receivers, "other")))
        push(server, *(alert(f"a{i}", to="hangs other") for i in range(60)))
        harness.wait_for("all others are told", lambda: len(receivers.at("/other")) == 60)
        hanging = sum(n.path == "/hangs" for n in receivers.tried)
        assert not receivers.at("/hangs") and 1 <= hanging <= 60, hanging
        # The next tick is on time for who answers, too.
        push(server, *(alert(f"a{i}", end=-1, to="hangs other") for i in range(60)))
        started = time.monotonic()
        harness.wait_for("and resolved", lambda: len(receivers.at("/other")) == 120)
        waited = time.monotonic() - started
        late = [n for n in receivers.at("/other") if n.json["status"] == "resolved"]
        assert len(late) == 60
        told = {(d["receiver"], d["outcome"]) for d in deliveries(server)}
        assert ("other", "delivered") in told and ("hangs", "delivered") not in told, told
        released.set()
        harness.wait_for("who hung is told", lambda: set(names(receivers.at("/hangs"))) == {
            f"a{i}" for i in range(60)})
        print(f"60 groups resolved to others in {waited:.1f} s while one receiver hung")


# What each kind tries again: with 429 and with 500; documented in docs/user/receivers.md.
def kinds(receivers):
    at = receivers.url
    return {
        "webhook": ({"kind": "webhook", "url": f"{at}/webhook"}, {500}),
        "slack": ({"kind": "slack", "api_url": f"{at}/slack", "channel": "#c"}, {500}),
        "telegram": ({"kind": "telegram", "api_url": at, "bot_token": "1:x", "chat_id": -5},
                     {429, 500}),
        "discord": ({"kind": "discord", "webhook_url": f"{at}/discord"}, {500}),
        "pagerduty": ({"kind": "pagerduty", "url": f"{at}/pagerduty", "routing_key": "k"},
                      {429, 500}),
        "opsgenie": ({"kind": "opsgenie", "api_url": at + "/opsgenie/", "api_key": "k"},
                     {429, 500}),
        "victorops": ({"kind": "victorops", "api_url": at + "/victorops/", "api_key": "k",
                       "routing_key": "r"}, {500}),
    }


def refusals_are_tried_again():
    with harness.scene() as (directory, stack):
        first = {}

        def behave(note):
            """Each service refuses its first request of each alert."""
            code = 429 if "Later" in note.body else 500
            if (note.path, code) not in first:
                first[(note.path, code)] = note.at
                return code
        receivers = Receivers(stack, behave)
        every = kinds(receivers)
        server = alertmanagers.ours(stack, directory, config(
            receivers, **{name: dict(body) for name, (body, _) in every.items()}))
        everyone = " ".join(every)
        push(server, alert("Broken", to=everyone), alert("Later", to=everyone))

        def outcome(name, group):
            found = [d for d in deliveries(server, receiver=name, limit=1000)
                     if d["groupLabels"].get("alertname") == group
                     and d["outcome"] in ("delivered", "failed")]
            return found[-1] if found else None  # the oldest
        for name, (_, retried) in every.items():
            for group, code in (("Broken", 500), ("Later", 429)):
                entry = harness.wait_for(f"{name} on {code}", lambda: outcome(name, group))
                codes = [a["status"] for a in entry["attempts"]]
                if code in retried:
                    good = entry["outcome"] == "delivered" and codes[0] == code and \
                        len(codes) == 2 and 200 <= codes[1] < 300
                else:
                    good = entry["outcome"] == "failed" and codes == [code]
                assert good, f"{name} on {code}: {json.dumps(entry)[:1500]}"
                assert entry["attempts"][0]["error"], entry
                # What was not tried again at once is told at the next tick.
                harness.wait_for(f"{name} told of {group}", lambda: any(
                    d["outcome"] == "delivered"
                    and d["groupLabels"].get("alertname") == group
                    for d in deliveries(server, receiver=name, limit=1000)))
        refused = deliveries(server, outcome="failed", limit=1000)
        assert {d["receiver"] for d in refused} == {
            n for n, (_, r) in every.items() if 429 not in r}, refused


def a_crash_in_the_middle_of_a_group():
    """One of two integrations has said it, the other hangs, and the process is killed. Afterwards
    the first is silent and the second is told."""
    with harness.scene() as (directory, stack):
        crashed = threading.Event()
        stack.callback(crashed.set)

        def behave(note):
            if note.path == "/slow" and not crashed.is_set():
                crashed.wait(harness.PATIENCE)
                return 500
        receivers = Receivers(stack, behave)
        text = json.dumps({
            "route": {"receiver": "both", "group_by": ["alertname"], "group_wait": "100ms",
                      "group_interval": "1s", "repeat_interval": "1h"},
            "receivers": [{"name": "both", "webhook_configs": [
                {"url": f"{receivers.url}/quick"}, {"url": f"{receivers.url}/slow"}]}]})
        server = alertmanagers.ours(stack, directory, text)
        push(server, alert("t"), alert("u"))
        harness.wait_for("one is told, the other hangs", lambda: len(receivers.at("/quick")) == 2
                         and sum(n.path == "/slow" for n in receivers.tried) == 2)
        # The answer arrives, then it is written down: what is not can only be told again.
        journal = server.directory / "data" / "nflog.journal"
        harness.wait_for("that is written down", lambda: journal.exists() and all(
            name in journal.read_bytes() for name in (b'"t"', b'"u"')))
        server.kill()
        crashed.set()
        before = len(receivers.notes)
        server.start()
        push(server, alert("t"), alert("u"))  # as Prometheus does every minute
        harness.wait_for("the other is told", lambda: sorted(names(receivers.at("/slow"))) == [
            "t", "u"])
        push(server, alert("t", end=-1), alert("u", end=-1))
        harness.wait_for("both are told of the end", lambda: all(
            sum(n.json["status"] == "resolved" for n in receivers.at(path)) == 2
            for path in ("/quick", "/slow")))
        for path in ("/quick", "/slow"):
            said = [n.json["status"] for n in receivers.at(path)]
            assert sorted(said) == ["firing"] * 2 + ["resolved"] * 2, (path, said, before)
        reasons = {(d["integration"], d["index"], d["outcome"]) for d in deliveries(server)}
        assert ("webhook", 0, "delivered") in reasons, reasons
        assert ("webhook", 1, "delivered") in reasons, reasons


def a_silence_outlives_a_crash():
    with harness.scene() as (directory, stack):
        receivers = Receivers(stack)
        server = alertmanagers.ours(stack, directory, config(
            receivers, a=webhook(receivers, "a")))
        body = {"matchers": [{"name": "alertname", "value": "t", "isRegex": False}],
                "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2090-01-01T00:00:00Z",
                "createdBy": "me", "comment": "c"}
        made = server.ask("POST", "/api/v2/silences", json.dumps(body),
                          {"Content-Type": "application/json"})
        assert made.status == 200, made.text
        server.kill()
        server.start()
        push(server, alert("t"), alert("u"))
        harness.wait_for("the other alert is told", lambda: receivers.at("/a"))
        entry = harness.wait_for("muted on record", lambda: deliveries(server, outcome="muted"))
        assert [a["muted"] for a in entry[0]["alerts"]] == ["silence"], entry
        assert entry[0]["alerts"][0]["mutedBy"] == [json.loads(made.text)["silenceID"]], entry
        assert names(receivers.notes) == ["u"], names(receivers.notes)


def the_whole_program_is_killed_while_an_alert_fires():
    """Rules, alerts and receivers in one process: after a crash the rule fires on, nobody is told
    again, the history of deliveries is there, and the end is told once."""
    with harness.scene() as (directory, stack):
        receivers = Receivers(stack)
        broken = threading.Event()
        target = harness.Target(lambda: f"healthy {0 if broken.is_set() else 1}\n")
        stack.callback(target.close)
        (directory / "alertmanager.yml").write_text(config(
            receivers, a=webhook(receivers, "a")))
        (directory / "rules.yml").write_text(json.dumps({"groups": [{"name": "g", "rules": [
            {"alert": "Sick", "expr": "healthy == 0", "for": "400ms"}]}]}))
        server = harness.launch(stack, directory, json.dumps({
            "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms",
                       "evaluation_interval": "200ms"},
            "rule_files": ["rules.yml"],
            "scrape_configs": [{"job_name": "j", "static_configs": [
                {"targets": [target.address]}]}]}),
            f"--alertmanager.config.file={directory / 'alertmanager.yml'}",
            f"--alertmanager.web.listen-address=127.0.0.1:{harness.free_port()}",
            "--rules.alert.resend-delay=500ms", "--rules.alert.for-grace-period=0s")

        def history():
            return [(d["integration"], d["decision"]) for d in json.loads(
                server.get("/api/v2/deliveries?outcome=delivered").text)["deliveries"]]
        broken.set()
        harness.wait_for("told", lambda: receivers.at("/a"))
        before = harness.wait_for("on record", history)
        server.kill()
        server.start()
        assert history() == before, (before, history())

        def looked_at():
            """The group of the new process has had ticks and told nobody."""
            return [d for d in json.loads(server.get("/api/v2/deliveries?outcome=skipped").text)[
                "deliveries"] if d["ticks"] >= 2]
        harness.wait_for("ticks after the crash", looked_at)
        assert [n.json["status"] for n in receivers.notes] == ["firing"], receivers.notes
        broken.clear()
        harness.wait_for("the end is told", lambda: len(receivers.notes) > 1)
        [first], [last] = (n.json["alerts"] for n in receivers.notes)
        assert (first["status"], last["status"]) == ("firing", "resolved"), (first, last)
        assert first["fingerprint"] == last["fingerprint"], (first, last)
        server.stop()


def a_full_disk_stops_no_notification():
    with harness.scene() as (directory, stack):
        disk = disk_full.mount_small_disk(stack, directory / "ours")
        if disk is None:
            print("skipped: mounting a small disk needs root")
            return
        receivers = Receivers(stack)
        server = alertmanagers.ours(
            stack, directory, config(receivers, a=webhook(receivers, "a")),
            "--data.maintenance-interval=300ms")
        push(server, alert("before"))
        harness.wait_for("told", lambda: names(receivers.at("/a")) == ["before"])
        disk_full.fill(disk)
        push(server, alert("during"))
        harness.wait_for("told on a full disk", lambda: "during" in names(receivers.at("/a")))

        def metric(name):
            page = server.ask("GET", "/metrics").text
            lines = [line.split() for line in page.splitlines() if line.startswith(name + " ")]
            return float(lines[0][1]) if lines else None
        harness.wait_for("the failure is counted", lambda: (
            disk_full.fill(disk) and metric("alertmanager_nflog_maintenance_errors_total")))
        assert server.ask("GET", "/-/healthy").status == 200
        push(server, alert("later"))
        harness.wait_for("still told", lambda: "later" in names(receivers.at("/a")))
        (disk / "filler").unlink()
        errors = harness.wait_for("it is over", lambda: steady(
            lambda: metric("alertmanager_nflog_maintenance_errors_total"),
            lambda: metric("alertmanager_nflog_maintenance_total")))
        told = sorted(names(receivers.at("/a")))
        assert told == ["before", "during", "later"], told
        # What was told on the full disk is remembered once there is space.
        server.kill()
        server.start()
        push(server, alert("before"), alert("during"), alert("later"), alert("after"))
        harness.wait_for("told anew", lambda: "after" in names(receivers.at("/a")))
        harness.wait_for("all looked at", lambda: len(json.loads(
            server.ask("GET", "/api/v2/alerts/groups").text)) == 4)
        done = time.time() + 2.5  # two ticks of every group
        harness.wait_for("two ticks", lambda: time.time() > done)
        told = sorted(names(receivers.at("/a")))
        assert told == ["after", "before", "during", "later"], (told, errors)


def steady(errors, runs):
    """Two runs in a row without an error."""
    before, first = errors(), runs()
    harness.wait_for("two runs", lambda: runs() >= first + 2)
    return errors() == before and (before or True)


def ten_thousand_alerts_at_once():
    with harness.scene() as (directory, stack):
        receivers = Receivers(stack)
        text = json.dumps({
            "route": {"receiver": "one", "group_by": ["alertname"], "group_wait": "500ms",
                      "group_interval": "1s", "repeat_interval": "1h",
                      "routes": [{"matchers": ['alertname=~"many.*"'], "receiver": "many",
                                  "group_by": ["alertname"]}]},
            "receivers": [{"name": "one", "webhook_configs": [{"url": f"{receivers.url}/one"}]},
                          {"name": "many", "webhook_configs": [
                              {"url": f"{receivers.url}/many"}]}]})
        server = alertmanagers.ours(stack, directory, text)
        started = time.monotonic()
        batch = [alert("flood", instance=f"host{i}", text="x" * 50) for i in range(9000)]
        batch += [alert(f"many{i}", instance="h") for i in range(1000)]
        push(server, *batch)
        accepted = time.monotonic() - started
        harness.wait_for("one group of 9000 is told", lambda: len(
            {a["labels"]["instance"] for n in receivers.at("/one") for a in n.json["alerts"]})
            == 9000)
        harness.wait_for("1000 groups are told",
                         lambda: len(set(names(receivers.at("/many")))) == 1000)
        told = time.monotonic() - started
        answer = json.loads(server.ask("GET", "/api/v2/alerts").text)
        assert len(answer) == 10000, len(answer)
        assert len(names(receivers.at("/many"))) == 1000, "told twice"
        for one in batch:
            one["endsAt"] = "2026-01-01T00:00:00Z"
            one["startsAt"] = "2025-12-31T00:00:00Z"
        started = time.monotonic()
        push(server, *batch)
        harness.wait_for("all is over", lambda: sum(
            a["status"] == "resolved" for n in receivers.notes for a in n.json["alerts"]) == 10000)
        print(f"10,000 alerts in one request: accepted in {accepted * 1000:.0f} ms, 1,001 groups "
              f"told within {told:.1f} s, resolved within {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    harness.main([who_hangs_holds_up_nobody, refusals_are_tried_again,
                  a_crash_in_the_middle_of_a_group, a_silence_outlives_a_crash,
                  the_whole_program_is_killed_while_an_alert_fires,
                  a_full_disk_stops_no_notification, ten_thousand_alerts_at_once])
