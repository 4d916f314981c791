#!/usr/bin/env python3
"""What is told when: the same alerts, silences, reloads at the same moments to Debian's
Alertmanager 0.25 and to this program called `alertmanager`. Each tells its own receivers; both must
tell what is expected, at the tick at which it is expected, and nothing else. What 0.25 does not have
is played to this program alone, and said so. Skipped where Alertmanager is missing.

Plays run side by side, each with processes of its own; what the machine was too busy to do in time
is measured and forgiven."""
import concurrent.futures
import datetime
import json
import signal
import sys
import threading
import time

import alertmanagers
import harness
from receivers import Receivers

TOLERANCE = 0.3
SIDE_BY_SIDE = 5


def moment(seconds):
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return whole + f".{int(seconds * 1000) % 1000:03}Z"


def parsed(text):
    """Seconds since the epoch of an RFC 3339 time in UTC or with an offset."""
    whole, _, rest = text.partition(".")
    fraction = rest.rstrip("Z").split("+")[0] if rest else "0"
    base = datetime.datetime.fromisoformat(whole.rstrip("Z") + "+00:00")
    return base.timestamp() + float("0." + fraction)


class Lateness:
    """How late this process is woken: what the machine adds to every measurement."""

    def __init__(self):
        self.late = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            due = time.time() + 0.02
            time.sleep(0.02)
            self.late.append((due, time.time() - due))

    def worst(self, since, until):
        return max((late for due, late in list(self.late) if since <= due <= until), default=0)


LATENESS = Lateness()


class Alert:
    """An alert as pushed or as expected; times count from the start of the play."""

    def __init__(self, name, start=1, end=None, note=None, end_slack=0.01, **labels):
        self.labels = {"alertname": name, **labels}
        self.start, self.end, self.end_slack = start, end, end_slack
        self.annotations = {"ann": note} if note else {}

    def pushed(self, zero):
        body = {"labels": self.labels, "annotations": self.annotations}
        if self.start is not None:
            body["startsAt"] = moment(zero + self.start)
        if self.end is not None:
            body["endsAt"] = moment(zero + self.end)
        return body

    def differs(self, got, zero):
        """What is wrong with what a webhook was told; None if nothing is."""
        status = "firing" if self.end is None else "resolved"
        for what, want in (("status", status), ("labels", self.labels),
                           ("annotations", self.annotations)):
            if got[what] != want:
                return f"{what}: {got[what]!r} instead of {want!r}"
        start = parsed(got["startsAt"]) - zero
        if abs(start - self.start) > 0.01:
            return f"starts at {start:.3f} instead of {self.start}"
        if self.end is None:
            return None if got["endsAt"].startswith("0001-") else f"ends at {got['endsAt']}"
        end = parsed(got["endsAt"]) - zero
        return f"ends at {end:.3f} instead of {self.end}" if abs(end - self.end) > self.end_slack \
            else None

    def __repr__(self):
        return f"{self.labels} {'resolved' if self.end is not None else 'firing'}"


class Side:
    """One kind of Alertmanager in a play: its processes and its receivers."""

    def __init__(self, name, stack, directory, play):
        self.name, self.zero, self.remembered = name, None, {}
        behave = play.behave and (lambda note: play.behave(note.path, note.at - (self.zero or 0)))
        self.receivers = Receivers(stack, behave)
        config = play.config.replace("HOOKS", self.receivers.url)
        make = alertmanagers.ours if name == "ours" else alertmanagers.theirs
        flags = play.flags if name == "ours" else ()
        self.members, peers = [], []
        for index in range(play.members):
            cluster = ["--cluster.settle-timeout=0s", *peers] if play.members > 1 else []
            self.members.append(make(stack, directory / str(index), config, *cluster, *flags,
                                     cluster="127.0.0.1:0" if play.members > 1 else ""))
            if play.members > 1:
                peers = [f"--cluster.peer={own_address(self.members[0])}"]
        for member in self.members:
            harness.wait_for("the cluster is complete", lambda: play.members == 1 or
                             len(status(member)["cluster"]["peers"]) == play.members)

    def ask(self, method, path, body, member=0):
        answer = self.members[member].ask(method, path, json.dumps(body) if body else None,
                                          {"Content-Type": "application/json"})
        assert answer.status == 200, (self.name, path, answer.status, answer.text)
        return answer.text

    def all_notes(self):
        with self.receivers.lock:
            return sorted(self.receivers.tried, key=lambda note: note.at)


def status(member):
    return json.loads(member.ask("GET", "/api/v2/status").text)


def own_address(member):
    def found():
        cluster = status(member)["cluster"]
        return next((p["address"] for p in cluster["peers"] if p["name"] == cluster["name"]), None)
    return harness.wait_for("the address in the cluster", found)


class Play:
    """Steps at their moments and what is expected of them."""

    def __init__(self, name, config, flags=(), members=1, sides=("theirs", "ours"), behave=None):
        self.name, self.config, self.flags = name, config, list(flags)
        self.members, self.sides, self.behave = members, sides, behave
        self.steps, self.wants, self.until = [], [], None

    def push(self, at, *alerts):
        def step(side):
            for index in range(len(side.members)):
                side.ask("POST", "/api/v2/alerts", [a.pushed(side.zero) for a in alerts], index)
        self.steps.append((at, step))

    def silence(self, at, start, end, **matchers):
        def step(side):
            body = {"matchers": [{"name": n, "value": v, "isRegex": False, "isEqual": True}
                                 for n, v in matchers.items()],
                    "startsAt": moment(side.zero + start), "endsAt": moment(side.zero + end),
                    "createdBy": "me", "comment": "planned"}
            side.remembered["silence"] = json.loads(
                side.ask("POST", "/api/v2/silences", body))["silenceID"]
        self.steps.append((at, step))

    def unsilence(self, at):
        self.steps.append((at, lambda side: side.ask(
            "DELETE", "/api/v2/silence/" + side.remembered["silence"], None)))

    def reload(self, at):
        self.steps.append((at, lambda side: [m.process.send_signal(signal.SIGHUP)
                                             for m in side.members]))

    def want(self, at, hook, *alerts, slack=0):
        self.wants.append((at, hook, alerts, slack))

    def run(self):
        with harness.scene() as (directory, stack):
            sides = [Side(name, stack, directory / name, self) for name in self.sides]
            zero = time.time()
            for side in sides:
                side.zero = zero
            threads = [threading.Thread(target=self.perform, args=(side,)) for side in sides]
            errors = []
            for thread in threads:
                thread.start()
            last = self.until or max([at + slack for at, _, _, slack in self.wants]) + 0.8
            for thread in threads:
                thread.join()
            time.sleep(max(0, zero + last - time.time()))
            late = LATENESS.worst(zero, time.time())
            worst = {}
            for side in sides:
                try:
                    worst[side.name] = self.judge(side, TOLERANCE + late)
                except AssertionError as error:
                    errors.append(f"{side.name}: {error}")
            assert not errors, "\n".join(errors)
            told = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in worst.items())
            alone = "" if len(sides) == 2 else " (0.34 only: this program alone)"
            return f"{len(self.wants)} notifications, after the tick at most: {told}{alone}"

    def perform(self, side):
        for at, step in sorted(self.steps, key=lambda pair: pair[0]):
            time.sleep(max(0, side.zero + at - time.time()))
            step(side)

    def judge(self, side, tolerance):
        """Every notification is the expected one; how late the latest was."""
        notes = side.all_notes()
        told = "\n".join(f"  {n.at - side.zero:7.3f} {n.path} " + str(
            [(a["labels"].get("alertname"), a["status"]) for a in n.json["alerts"]])
            for n in notes) or "  nothing"
        open_wants = sorted(self.wants, key=lambda want: want[0])
        worst = 0
        for note in notes:
            at = note.at - side.zero
            want = next((w for w in open_wants if w[1] == note.path.lstrip("/")), None)
            assert want, f"told at {at:.3f} more than expected; told:\n{told}"
            open_wants.remove(want)
            tick, _, alerts, slack = want
            late = at - tick
            assert -0.03 <= late <= tolerance + slack, \
                f"told at {at:.3f} what was due at {tick} (tolerance {tolerance:.2f}):\n{told}"
            if not slack:
                worst = max(worst, late)
            got = sorted(note.json["alerts"], key=lambda a: sorted(a["labels"].items()))
            expected = sorted(alerts, key=lambda a: sorted(a.labels.items()))
            assert len(got) == len(expected), f"at {at:.3f}: {len(got)} alerts; told:\n{told}"
            for one, wanted in zip(got, expected):
                wrong = wanted.differs(one, side.zero)
                assert not wrong, f"at {at:.3f}: {wanted}: {wrong}; told:\n{told}"
        assert not open_wants, f"never told: {[w[:3] for w in open_wants]}; told:\n{told}"
        return worst


def config(wait, interval, repeat, group_by="[alertname]", hooks=("a",), more="", each=None):
    entries = "".join(
        f"  - {{url: HOOKS/{hook}, send_resolved: {(each or {}).get(hook, 'true')}}}\n"
        for hook in hooks)
    return (f"route: {{receiver: r, group_by: {group_by}, group_wait: {wait}, "
            f"group_interval: {interval}, repeat_interval: {repeat}}}\n"
            f"receivers:\n- name: r\n  webhook_configs:\n{entries}{more}")


def merge_alerts():
    play = Play("alerts are merged", config("1s", "1s", "1ms"))
    play.push(1, Alert("t", 1.1))
    play.push(1.2, Alert("t", 1))  # another sender, with an earlier start
    play.want(2, "a", Alert("t", 1))
    play.push(2.1, Alert("t", 2, note="v1"))
    play.want(3, "a", Alert("t", 1, note="v1"))
    play.push(3.6, Alert("t", 1.5, note="v2"))
    play.want(4, "a", Alert("t", 1, note="v2"))
    play.push(4.6, Alert("t", 3, 4.5, note="v2"))
    play.push(4.8, Alert("t", 2.9, 4.8, note="v3"))
    play.push(4.8, Alert("t", 2.9, 4.1, note="v3"))
    play.want(5, "a", Alert("t", 1, 4.8, note="v3"))
    play.push(5.3, Alert("t", 5))
    play.want(6, "a", Alert("t", 5), slack=0.35)  # a tick of the old group, or a new one
    play.until = 6.7
    return play


def merge_alerts_with_ends():
    """As a Prometheus sends them: every push with an end in the future."""
    play = Play("alerts with ends are merged", config("1s", "1s", "1ms"))
    def push(at, start, end, note=None):
        play.push(at, Alert("t", start, end, note=note))
    push(1, 1.1, 20)
    push(1.2, 1, 20)
    play.want(2, "a", Alert("t", 1))
    push(2.1, 2, 10, "v1")
    play.want(3, "a", Alert("t", 1, note="v1"))
    push(3.6, 1.5, 9, "v2")
    play.want(4, "a", Alert("t", 1, note="v2"))
    push(4.6, 3, 4.5, "v2")
    push(4.8, 2.9, 4.8, "v3")
    push(4.8, 2.9, 4.1, "v3")
    play.want(5, "a", Alert("t", 1, 4.8, note="v3"))
    push(5.3, 5, 20)
    play.want(6, "a", Alert("t", 5), slack=0.35)
    play.until = 6.7
    return play


def repeat():
    play = Play("an alert is repeated", config("1s", "1s", "1ms"))
    play.push(1, Alert("t", 1))
    play.want(2, "a", Alert("t"))
    play.want(3, "a", Alert("t"))
    play.push(3.4, Alert("t", 1, 3.4))
    play.want(4, "a", Alert("t", 1, 3.4))
    play.until = 6.2
    return play


def retry_dropped():
    """Answers without a body are answers."""
    play = Play("empty answers count as sent", config("1s", "2s", "3s", hooks=("a", "b")))
    play.push(1, Alert("t", 1))
    for at in (2, 6):
        for hook in "ab":
            play.want(at, hook, Alert("t"))
    return play


def retry_failing():
    """One of two receivers fails until 2.4: it is tried again by itself, the other is not."""
    def behave(path, at):
        return 500 if path == "/b" and at < 2.4 else 200
    play = Play("the receiver that fails is tried again", config("1s", "2s", "1h",
                                                                hooks=("a", "b")), behave=behave)
    play.push(1, Alert("t", 1))
    play.want(2, "a", Alert("t"))
    play.push(6.4, Alert("t", 1, 6.3))
    play.want(8, "a", Alert("t", 1, 6.3))

    def judge(side, tolerance):
        kept, side.all_notes = side.all_notes, lambda: [n for n in kept() if n.path == "/a"]
        worst = Play.judge(play, side, tolerance)
        notes = side.receivers.at("/b")
        times = [n.at - side.zero for n in notes]
        assert len(notes) == 2, times
        # At once, after 0.5 s, 0.75 s, each half as long to half as long again: before the tick
        # at 4, which a flush that lasts would hold up.
        assert 2.4 <= times[0] <= 2.4 + 1.125 + tolerance, times
        refused = sum(n.path == "/b" and n.at - side.zero < 2.4 for n in kept())
        assert 1 <= refused <= 2, refused
        assert 7.97 <= times[1] <= 8 + tolerance, times
        return worst
    play.judge = judge
    return play


def batching():
    play = Play("alerts are batched", config("1s", "1s", "4900ms", group_by="[]"))
    play.push(1.1, Alert("t1", 1))
    play.push(1.7, Alert("t5", 1))
    play.want(2.1, "a", Alert("t1"), Alert("t5"))
    play.push(3.3, Alert("t2", 1.5), Alert("t3", 1.5), Alert("t4", 1.6))
    everything = [Alert("t1"), Alert("t2", 1.5), Alert("t3", 1.5), Alert("t4", 1.6), Alert("t5")]
    play.want(4.1, "a", *everything)
    play.want(9.1, "a", *everything)
    return play


def resolved():
    play = Play("an alert nobody repeats is over",
                config("1s", "5s", "1h", more="global: {resolve_timeout: 10s}\n"))
    play.push(1, Alert("t", 1, lbl="v1"), Alert("t", 1, lbl="v2"))
    play.want(2, "a", Alert("t", lbl="v1"), Alert("t", lbl="v2"))
    # The end is the moment of arriving and the timeout.
    play.want(12, "a", Alert("t", 1, 11, end_slack=TOLERANCE, lbl="v1"),
              Alert("t", 1, 11, end_slack=TOLERANCE, lbl="v2"))
    return play


def resolved_filter():
    play = Play("who does not ask for resolved alerts gets none",
                config("1s", "5s", "1h", hooks=("a", "b"), each={"b": "false"}))
    v1, v2, v3 = ({"lbl": v} for v in ("v1", "v2", "v3"))
    play.push(1, Alert("t", **v1), Alert("t", **v2))
    for hook in "ab":
        play.want(2, hook, Alert("t", **v1), Alert("t", **v2))
    play.push(3, Alert("t", 1, 3, **v1), Alert("t", 3, **v3))
    play.want(7, "a", Alert("t", 1, 3, **v1), Alert("t", **v2), Alert("t", 3, **v3))
    play.want(7, "b", Alert("t", **v2), Alert("t", 3, **v3))
    play.push(8, Alert("t", 1, 8, **v2), Alert("t", 3, 8, **v3))
    play.want(12, "a", Alert("t", 1, 8, **v2), Alert("t", 3, 8, **v3))
    return play


def cold_start():
    """--dispatch.start-delay counts from the start of the process, which is not the play's."""
    play = Play("the start is waited for", config("1s", "6s", "10m"), sides=("ours",),
                flags=["--dispatch.start-delay=5s"])
    play.push(1, Alert("t", -100, lbl="v1"))
    play.push(2, Alert("t", -100, lbl="v2"))
    play.push(3, Alert("t", -100, lbl="v3"))
    play.want(4, "a", *(Alert("t", -100, lbl=v) for v in ("v1", "v2", "v3")), slack=1.0)
    play.push(6, Alert("t", 6, lbl="v4"))
    play.want(10, "a", *(Alert("t", 6 if v == "v4" else -100, lbl=v)
                         for v in ("v1", "v2", "v3", "v4")), slack=1.0)
    return play


def reload():
    play = Play("a reload makes no duplicate", config("1s", "6s", "10m", group_by="[]"))
    play.push(1, Alert("t1"))
    play.want(2, "a", Alert("t1"))
    play.reload(3)
    play.push(4, Alert("t2", 4))
    play.want(9, "a", Alert("t1"), Alert("t2", 4))
    return play


def webhook_timeout():
    """0.25 has no `timeout` of a webhook."""
    def behave(path, at):
        if at < 2.9:
            time.sleep(0.8)
        return 200
    text = config("1s", "1s", "1h").replace("/a,", "/a, timeout: 500ms,")
    play = Play("a slow receiver is given up and tried again", text, sides=("ours",),
                behave=behave)
    play.push(1, Alert("t"))

    def judge(side, tolerance):
        times = [n.at - side.zero for n in side.all_notes()]
        assert 1.97 <= times[0] <= 2 + tolerance, times
        gaps = [b - a for a, b in zip(times, times[1:])]
        # From try to try 0.25 to 0.75 s, at least the half a second of patience; then more.
        assert 0.48 <= gaps[0] <= 0.75 + tolerance, times
        assert 2.9 <= times[-1] <= 5 + tolerance and 2 <= len(times) <= 4, times
        return times[0] - 2
    play.judge = judge
    play.until = 6
    play.wants = [(2, "a", (), 0)]
    return play


INHIBIT = """inhibit_rules:
- source_matchers: [alertname="JobDown"]
  target_matchers: [alertname="InstanceDown"]
  equal: [job, zone]
"""


def inhibiting():
    play = Play("an alert mutes another", config("1s", "1s", "1s", group_by="[]", more=INHIBIT))
    here, there = {"job": "j", "zone": "aa"}, {"job": "j", "zone": "bb"}
    others = [Alert("t", **here), Alert("InstanceDown", **there)]
    play.push(1, *others, Alert("InstanceDown", **here))
    play.want(2, "a", *others, Alert("InstanceDown", **here))
    play.push(2.2, Alert("JobDown", 2.2, **here))
    play.want(3, "a", *others, Alert("JobDown", 2.2, **here))
    play.push(3.6, Alert("JobDown", 2.2, 3.6, **here))
    play.want(4, "a", *others, Alert("InstanceDown", **here), Alert("JobDown", 2.2, 3.6, **here))
    play.until = 4.5
    return play


def always_inhibiting():
    play = Play("an alert is muted from its start",
                config("1s", "1s", "1s", group_by="[]", more=INHIBIT))
    here = {"job": "j", "zone": "aa"}
    play.push(1, Alert("JobDown", **here), Alert("InstanceDown", **here))
    play.want(2, "a", Alert("JobDown", **here))
    play.push(2.6, Alert("JobDown", 1, 2.6, **here), Alert("InstanceDown", 1, 2.6, **here))
    play.want(3, "a", Alert("JobDown", 1, 2.6, **here), Alert("InstanceDown", 1, 2.6, **here))
    play.until = 4.5
    return play


def empty_inhibition_rule():
    """0.25 crashes on a rule that is null."""
    play = Play("a rule that is null is none",
                config("1s", "1s", "1h", more="inhibit_rules: [null]\n"), sides=("ours",))
    play.push(1, Alert("t"))
    play.want(2, "a", Alert("t"))
    return play


def silencing():
    play = Play("a silence mutes while it lasts", config("1s", "1s", "1ms", group_by="[]"))
    play.push(1, Alert("t1"), Alert("t2"))
    play.want(2, "a", Alert("t1"), Alert("t2"))
    play.silence(2.3, 2.5, 4.5, alertname="t1")
    play.want(3, "a", Alert("t2"))
    play.want(4, "a", Alert("t2"))
    play.want(5, "a", Alert("t1"), Alert("t2"))
    play.until = 5.5
    return play


def silence_delete():
    play = Play("a silence that is deleted mutes no more",
                config("1s", "1s", "1ms", group_by="[]"))
    play.push(1, Alert("t1"), Alert("t2"))
    play.silence(1.3, 1.5, 100, alertname="t1")
    play.want(2, "a", Alert("t2"))
    play.want(3, "a", Alert("t2"))
    play.unsilence(3.5)
    play.want(4, "a", Alert("t1"), Alert("t2"))
    play.until = 4.5
    return play


def cluster_deduplication():
    play = Play("three members tell once", config("1s", "1s", "1h"), members=3)
    play.push(1, Alert("t"))
    # Whose name is first tells: at the tick.
    play.want(2, "a", Alert("t"))
    play.until = 6
    return play


def cluster_as_one():
    """The alerts that three members tell are those that one tells."""
    play = Play("three members tell what one tells", config("1s", "1s", "1h"), members=3)
    play.push(1, Alert("t1"), Alert("t2"))
    play.push(2.4, Alert("t1", 1, 2.3))
    play.want(2, "a", Alert("t1"))
    play.want(2, "a", Alert("t2"))
    play.want(3, "a", Alert("t1", 1, 2.3))
    play.until = 6

    def judge(side, tolerance):
        """Two groups tell at one moment, in any order."""
        notes = side.all_notes()
        side.all_notes = lambda: sorted(notes, key=lambda n: (
            round(n.at - side.zero), n.json["groupLabels"]["alertname"]))
        return Play.judge(play, side, tolerance)
    play.judge = judge
    return play


PLAYS = [merge_alerts, merge_alerts_with_ends, repeat, retry_dropped, retry_failing, batching,
         resolved, resolved_filter, cold_start, reload, webhook_timeout, inhibiting,
         always_inhibiting, empty_inhibition_rule, silencing, silence_delete,
         cluster_deduplication, cluster_as_one]


def run(make):
    play = make()
    try:
        return True, f"passed  {make.__name__}: {play.name}: {play.run()}"
    except Exception as error:  # one play's failure must not hide the others
        import traceback
        where = "" if isinstance(error, AssertionError) else traceback.format_exc()
        return False, f"FAILED  {make.__name__}: {play.name}: {error} {where}"


def main():
    chosen = [p for p in PLAYS if len(sys.argv) < 2 or p.__name__ in sys.argv[1:]]
    started, good = time.monotonic(), 0
    # The longest first, so that none is left over at the end.
    chosen.sort(key=lambda make: -max([at for at, *_ in make().wants]))
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run, p) for p in chosen]):
            ok, line = done.result()
            good += ok
            print(line, flush=True)
    print(f"{good} passed, {len(chosen) - good} failed ({time.monotonic() - started:.1f} s)")
    sys.exit(0 if good == len(chosen) and good else 1)


if __name__ == "__main__":
    if alertmanagers.PEER is None:
        print("skipped: prometheus-alertmanager is not installed")
    else:
        main()
