#!/usr/bin/env python3
"""A cluster of Debian's Alertmanager 0.25 and this program called `alertmanager`, as during a
migration, with either as the first by name: it tells once, mutes together, tells on when the first
is gone, and remembers over restarts whom it has told. Skipped where Alertmanager is missing."""
import json
import signal
import time

import alertmanagers
import harness
from receivers import Receivers

PEER_TIMEOUT = 2
CONFIG = """
route: {receiver: r, group_by: [alertname], group_wait: 200ms, group_interval: 1s,
        repeat_interval: 1h}
receivers: [{name: r, webhook_configs: [{url: HOOK, send_resolved: true}]}]
"""


class Mixed:
    """One of each; `first` tells who is first by name. Debian's names begin with the digits of the
    time, ours can be chosen."""

    def __init__(self, stack, directory, first):
        self.receivers = {"ours": Receivers(stack), "theirs": Receivers(stack)}
        ports = {name: harness.free_port() for name in self.receivers}
        self.members = {}
        for name, make in (("theirs", alertmanagers.theirs), ("ours", alertmanagers.ours)):
            other = "ours" if name == "theirs" else "theirs"
            flags = [f"--cluster.peer=127.0.0.1:{ports[other]}", "--cluster.settle-timeout=0s",
                     f"--cluster.peer-timeout={PEER_TIMEOUT}s", "--cluster.reconnect-interval=1s"]
            if name == "ours":
                flags.append("--cluster.peer-name=" + ("0-ours" if first == "ours" else "z-ours"))
            config = CONFIG.replace("HOOK", self.receivers[name].url + "/a")
            self.members[name] = make(stack, directory, config, *flags,
                                      cluster=f"127.0.0.1:{ports[name]}")
        self.complete()

    def complete(self):
        for name, member in self.members.items():
            harness.wait_for(f"{name} sees both", lambda: len(
                self.status(member)["cluster"]["peers"]) == 2)
            harness.wait_for(f"{name} is ready", lambda: self.status(
                member)["cluster"]["status"] == "ready")

    @staticmethod
    def status(member):
        return json.loads(member.ask("GET", "/api/v2/status").text)

    def push(self, *names, to=("ours", "theirs")):
        alerts = json.dumps([{"labels": {"alertname": name}} for name in names])
        for member in to:
            answer = self.members[member].ask("POST", "/api/v2/alerts", alerts,
                                              {"Content-Type": "application/json"})
            assert answer.status == 200, answer.text

    def told(self):
        """[(alert, who told)] in order."""
        notes = sorted((note.at, name, note) for name, all_notes in self.receivers.items()
                       for note in all_notes.at("/a"))
        return [(a["labels"]["alertname"], name) for _, name, note in notes
                for a in note.json["alerts"]]

    def after_everybodys_turn(self):
        """Whoever comes last has had two ticks with his wait."""
        until = time.monotonic() + 2 * (1 + PEER_TIMEOUT)
        harness.wait_for("everybody's turn", lambda: time.monotonic() > until)
        return self.told()


def stop(member):
    member.process.send_signal(signal.SIGTERM)
    member.process.wait(harness.PATIENCE)


def tells_once_mutes_together_and_tells_on(first):
    second = "theirs" if first == "ours" else "ours"
    with harness.scene() as (directory, stack):
        mixed = Mixed(stack, directory, first)
        mixed.push("t")
        assert mixed.after_everybodys_turn() == [("t", first)], mixed.told()

        # A silence of one mutes at the other, whoever made it.
        for number, name in enumerate((first, second)):
            other = second if name == first else first
            body = {"matchers": [{"name": "alertname", "value": f"quiet{number}",
                                  "isRegex": False, "isEqual": True}],
                    "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2090-01-01T00:00:00Z",
                    "createdBy": name, "comment": "é"}
            made = mixed.members[name].ask("POST", "/api/v2/silences", json.dumps(body),
                                           {"Content-Type": "application/json"})
            assert made.status == 200, made.text
            identity = json.loads(made.text)["silenceID"]
            there = mixed.members[other]
            harness.wait_for(f"the silence of {name} at {other}", lambda: there.ask(
                "GET", f"/api/v2/silence/{identity}").status == 200)
            kept = json.loads(there.ask("GET", f"/api/v2/silence/{identity}").text)
            assert (kept["createdBy"], kept["comment"]) == (name, "é"), kept
            mixed.push(f"quiet{number}")
            [alert] = json.loads(there.ask(
                "GET", f"/api/v2/alerts?filter=alertname=quiet{number}").text)
            assert alert["status"]["silencedBy"] == [identity], alert
        mixed.push("loud")
        assert mixed.after_everybodys_turn() == [("t", first), ("loud", first)], mixed.told()

        # The first is gone without a word: the other tells after its wait at the latest.
        mixed.members[first].kill()
        started = time.monotonic()
        mixed.push("alone", to=[second])
        harness.wait_for("the other tells", lambda: ("alone", second) in mixed.told())
        waited = time.monotonic() - started
        assert waited < 1 + PEER_TIMEOUT + 2, waited

        # Back again: it hears what was told meanwhile, and repeats nothing.
        mixed.members[first].start()
        mixed.complete()
        everything = ["t", "quiet0", "quiet1", "loud", "alone"]
        mixed.push(*everything)
        expected = [("t", first), ("loud", first), ("alone", second)]
        assert mixed.after_everybodys_turn() == expected, mixed.told()

        # Both restarted: what was told is on both disks.
        for member in mixed.members.values():
            stop(member)
        for member in mixed.members.values():
            member.start()
        mixed.complete()
        mixed.push(*everything)
        assert mixed.after_everybodys_turn() == expected, mixed.told()
        print(f"{first} first, killed: {second} told after {waited:.1f} s")


def ours_is_first():
    tells_once_mutes_together_and_tells_on("ours")


def debians_is_first():
    tells_once_mutes_together_and_tells_on("theirs")


if __name__ == "__main__":
    if alertmanagers.PEER is None:
        print("skipped: prometheus-alertmanager is not installed")
    else:
        harness.main([ours_is_first, debians_is_first])
