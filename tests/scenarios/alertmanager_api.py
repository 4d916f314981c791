#!/usr/bin/env python3
"""The same requests, good and bad, to Debian's Alertmanager 0.25 and to this program called
`alertmanager`: the same statuses, bodies, orders and headers. What differs, because 0.34 differs
from 0.25 or on purpose, is listed with its reason. Skipped where Alertmanager is missing."""
import datetime
import json
import re
import time

import alertmanagers
import harness

CONFIG = """
global: {resolve_timeout: 5m}
route:
  receiver: default
  group_by: [alertname]
  group_wait: 1h
  routes:
  - {matchers: ['team="db"'], receiver: team-db, continue: true}
  - {matchers: ['team=~"db|web"'], receiver: team-web, group_by: [alertname, cluster]}
  - {matchers: ['team="all"'], receiver: team.all, group_by: ['...']}
receivers: [{name: default}, {name: team-db}, {name: team-web}, {name: team.all}]
inhibit_rules:
- {source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'],
   equal: [cluster]}
"""
JSON = {"Content-Type": "application/json"}
UNKNOWN = "6e0b2e62-1c66-4c4c-8a8a-111111111111"


def at(minutes):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def alert(*pairs, **more):
    return {"labels": dict(pair.split("=", 1) for pair in pairs), **more}


def silence(*matchers, **more):
    made = []
    for text in matchers:
        name, operator, value = re.match(r"(.*?)(=~|!~|!=|=)(.*)", text).groups()
        made.append({"name": name, "value": value, "isRegex": "~" in operator,
                     "isEqual": operator[0] == "="})
    return {"matchers": made, "startsAt": at(-1), "endsAt": at(60), "createdBy": "me",
            "comment": "because", **more}


def get(path, *pairs, headers=None):
    return ("GET", "/api/v2" + path + (alertmanagers.query(*pairs) if pairs else ""), None,
            headers or {})


def post(path, body, headers=None):
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return "POST", "/api/v2" + path, text, JSON if headers is None else headers


def looks():
    """All ways to look at alerts, groups and silences."""
    for path in ("/alerts", "/alerts/groups"):
        yield get(path)
        for state in ("active", "silenced", "inhibited", "unprocessed", "muted"):
            yield get(path, (state, "false"))
            yield get(path, (state, "true"))
        yield get(path, ("active", "false"), ("silenced", "false"))
        for word in ("maybe", "1", "0", "", "TRUE", "yes"):
            yield get(path, ("active", word))
        for text in ('alertname="one"', "alertname=one", "alertname!=one", "alertname=~o.*",
                     "alertname=~o", "cluster=", "cluster!=", 'cluster!~""', 'cluster=~".+"',
                     "team=~db|web", "nothing=", "foo", "", "{a=b}", 'a="b', "a=~(", "=x", "a==b",
                     "1a=x", " team = db ", 'team="d\\"b"'):
            yield get(path, ("filter", text))
        yield get(path, ("filter", "team=db"), ("filter", "alertname=one"))
        yield get(path, ("filter", "team=db"), ("filter", "bad"))
        for text in ("team-.*", "team-db", "team", "default|team-web", "(", "", "team.all", ".*"):
            yield get(path, ("receiver", text))
        yield get(path, ("receiver", "("), ("filter", "bad"))
        yield get(path, ("unknown", "x"))
    yield "GET", "/api/v2/alerts?filter=%zz&active=true", None, {}
    yield get("/silences")
    for state in ("active", "pending", "expired"):
        yield get("/silences", (state, "false"))
    for text in ("alertname=one", 'alertname="one"', "alertname=~one", "alertname!=one", "bad",
                 "team=~d.*", ""):
        yield get("/silences", ("filter", text))
    yield get("/silences", ("filter", "alertname=one"), ("filter", "team=~d.*"))
    yield get("/receivers")
    yield get("/status")


def alert_posts():
    yield post("/alerts", [alert("alertname=one", "team=db", "cluster=a", startsAt=at(-5),
                                 endsAt=at(60), annotations={"summary": "s <&> \u2028é", "e": ""},
                                 generatorURL="http://gen/graph?x=y z&a=%20")])
    yield post("/alerts", [alert("alertname=one", "team=web", "severity=warning", "cluster=a"),
                           alert("alertname=two", "severity=critical", "cluster=a"),
                           alert("alertname=two", "severity=warning", "cluster=b")])
    yield post("/alerts", [alert("alertname=three", "team=all", "x=1", startsAt=at(-3)),
                           alert("alertname=three", "team=all", "x=2", endsAt=at(30))])
    yield post("/alerts", [alert("alertname=zone", startsAt="2026-01-01T10:00:00.123456+05:30",
                                 endsAt="2099-01-01T00:00:00-03:00")])
    yield post("/alerts", [alert("alertname=over", startsAt=at(-10), endsAt=at(-5))])
    yield post("/alerts", [alert("alertname=lenient", startsAt="2026-01-01T10:00:00",
                                 endsAt="2099-01-01T10:00:00.5Z")])
    yield post("/alerts", [alert("alertname=year one", startsAt="0001-01-01T00:00:00.000Z",
                                 endsAt="0001-01-01T00:00:00.000Z")])
    yield post("/alerts", '[{"LABELS":{"alertname":"case"},"Annotations":{"a":"b"},"more":{}}]')
    yield post("/alerts", '[{"labels":{"alertname":"nulls","e":null,"f":""},"annotations":null,'
                          '"startsAt":null,"endsAt":null,"generatorURL":null}]')
    yield post("/alerts", '[{"labels":{"alertname":"empty url"},"generatorURL":""}]')
    yield post("/alerts", "[]")
    yield post("/alerts", "null")


def bad_alert_posts():
    for body in ("[{}]", '[{"labels":{}}]', '[{"labels":null}]', '[{"labels":{"a":""}}]',
                 '[{"labels":{"a":1}}]', '[{"labels":{"a":["x"]}}]', '[{"labels":[]}]',
                 '[{"labels":"x"}]', '{"labels":{"a":"b"}}', '"x"', "1", "true", "[1]", '["x"]',
                 "[", "[{", "{", "x", '[{"labels":{"a":"b"},"annotations":{"a":1}}]',
                 '[{"labels":{"a":"b"},"annotations":"x"}]',
                 '[{"labels":{"a":"b"},"startsAt":"foo"}]', '[{"labels":{"a":"b"},"endsAt":7}]',
                 '[{"labels":{"a":"b"},"generatorURL":"not a url"}]',
                 '[{"labels":{"a":"b"},"generatorURL":"foo"}]',
                 '[{"labels":{"a":"b"},"generatorURL":5}]',
                 '[{"labels":{"a":"b"},"generatorURL":"http://x y/"}]',
                 '[{"labels":{"a":"b"},"generatorURL":"http://x:y/"}]',
                 '[{"generatorURL":"foo"}]', '[{"labels":{"a":"b"}},{}]',
                 '[{},{"labels":{"a":1}}]'):
        yield post("/alerts", body)
    yield post("/alerts", [alert("a=b", startsAt=at(5), endsAt=at(1))])
    yield post("/alerts", [alert("alertname=good"), {"labels": {}}])
    yield post("/alerts", "")
    for header in ("text/plain", "application/x-www-form-urlencoded", "application/json; a=b",
                   "APPLICATION/JSON", "application/jsonx"):
        yield post("/alerts", "[]", {"Content-Type": header})
    yield post("/alerts", "[]", {})
    yield post("/alerts", "", {})


def silence_posts():
    # No two end at the same time: their order would be by chance there.
    yield post("/silences", silence("alertname=one", "team=~d.*", endsAt=at(70)))
    yield post("/silences", silence("alertname=two", "severity!=critical", endsAt=at(30)))
    yield post("/silences", silence("alertname!~x.*", startsAt=at(10), endsAt=at(20)))
    yield post("/silences", silence("alertname=nobody", startsAt=at(5), endsAt=at(50)))
    # Without isEqual, as clients of old write it; a matcher that matches nothing beside one.
    old = silence("alertname=old", "gone=")
    for matcher in old["matchers"]:
        del matcher["isEqual"]
    yield post("/silences", old)
    case = silence("case=x", endsAt=at(80))
    yield post("/silences", json.dumps(case).replace("comment", "Comment"))


def bad_silence_posts():
    good = silence("a=b")
    for name in good:
        yield post("/silences", {k: v for k, v in good.items() if k != name})
        yield post("/silences", {**good, name: None})
        yield post("/silences", {**good, name: 5})
    for name in ("name", "value", "isRegex"):
        matcher = {k: v for k, v in good["matchers"][0].items() if k != name}
        yield post("/silences", {**good, "matchers": [matcher]})
        yield post("/silences", {**good, "matchers": [good["matchers"][0], matcher]})
    yield post("/silences", {**good, "matchers": []})
    yield post("/silences", {**good, "matchers": [{}]})
    yield post("/silences", {**good, "matchers": ["a=b"]})
    yield post("/silences", {**good, "startsAt": at(5), "endsAt": at(1)})
    yield post("/silences", {**good, "endsAt": good["startsAt"]})
    yield post("/silences", {**good, "startsAt": at(-50), "endsAt": at(-10)})
    yield post("/silences", {**good, "startsAt": "soon"})
    yield post("/silences", {**good, "id": UNKNOWN})
    yield post("/silences", {**good, "id": "no uuid"})
    for text in ("a=", "a=~.*", "a=~(", "=b", "a=~"):
        yield post("/silences", silence(text))
    yield post("/silences", "{}")
    yield post("/silences", "[]")
    yield post("/silences", "{")
    yield post("/silences", "")
    yield post("/silences", json.dumps(good), {"Content-Type": "text/plain"})


def paths_and_methods():
    for path in ("/", "/nope", "/alerts/", "/alerts/none", "/silence", "/silence/", "/silence/x/y",
                 "/status/", "/Alerts", "/silence/xx", f"/silence/{UNKNOWN}",
                 f"/silence/{UNKNOWN.upper()}", "/silence/6e0b2e621c664c4c8a8a111111111111"):
        yield get(path)
    for method in ("PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "POST"):
        for path in ("/status", "/alerts", "/alerts/groups", "/silences", "/receivers"):
            if method != "POST" or path not in ("/alerts", "/silences"):
                yield method, "/api/v2" + path, None, {}
    yield "PUT", f"/api/v2/silence/{UNKNOWN}", None, {}
    yield "DELETE", "/api/v2/silence/xx", None, {}
    yield "DELETE", f"/api/v2/silence/{UNKNOWN}", None, {}
    for method, path in (("GET", "/-/healthy"), ("HEAD", "/-/healthy"), ("GET", "/-/ready"),
                         ("HEAD", "/-/ready"), ("POST", "/-/reload")):
        yield method, path, None, {}


def cross_site():
    origin = {"Origin": "http://elsewhere"}
    yield get("/alerts", ("filter", "alertname=nobody"), headers=origin)
    yield get("/nope", headers=origin)
    yield get("/alerts", ("filter", "bad"), headers=origin)
    for method in ("GET", "POST", "HEAD", "DELETE", "PUT"):
        asked = {**origin, "Access-Control-Request-Method": method}
        yield "OPTIONS", "/api/v2/alerts", None, asked
        yield "OPTIONS", "/api/v2/silences", None, {
            **asked, "Access-Control-Request-Headers": "content-type"}
        yield "OPTIONS", "/api/v2/silences", None, {
            **asked, "Access-Control-Request-Headers": "x-secret"}


ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$")


class Shown:
    """Answers of one server with what is its own taken out: ids are numbered, moments of now (and
    of now and the resolve timeout) are named."""

    def __init__(self):
        self.ids = {}

    def text(self, text):
        def number(match):
            known = match.group(0)
            return known if known == UNKNOWN else self.ids.setdefault(
                known, f"id-{len(self.ids) + 1}")
        return ID.sub(number, text)

    def time(self, text):
        shown = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
        for name, offset in (("now", 0), ("now + 5m", 300)):
            if abs(shown - offset - time.time()) < harness.PATIENCE:
                return f"<{name}>"
        return text

    def value(self, value):
        if isinstance(value, dict):
            return {key: self.value(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        if isinstance(value, str):
            return self.time(value) if TIME.match(value) else self.text(value)
        return value

    def body(self, answer):
        if answer.headers.get("content-type", "").startswith("application/json"):
            return self.value(json.loads(answer.body)) if answer.body else ""
        return self.text(answer.text)


def without_news(value):
    """Ours without the members that 0.25 did not know."""
    if isinstance(value, list):
        return [without_news(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    news = {"mutedBy", "routeLabels"}
    if value.keys() == {"labels", "name"}:  # a receiver
        news.add("labels")
    return {key: without_news(inner) for key, inner in value.items() if key not in news}


# What differs: (what the request or the two bodies look like, why). Statuses agree all the same
# unless a pair of them is given.
READS_OTHERWISE = "the words for what is no JSON, or JSON of a wrong type, are those of the decoder"


def moment_of(silence):
    """What silences are sorted by, within a state."""
    state = silence["status"]["state"]
    return state, silence["startsAt" if state == "pending" else "endsAt"]


def same_but_for_ties(theirs, ours):
    """Whether two lists of silences differ only in the order of those of one moment."""
    return ([*map(moment_of, theirs)] == [*map(moment_of, ours)] and
            sorted(map(str, theirs)) == sorted(map(str, ours)))


def excuse(request, theirs, ours):
    """The reason why these answers may differ, or None."""
    method, path, body, _ = request
    if method == "GET" and path.startswith("/api/v2/silences") and theirs[0] == ours[0] == 200:
        if same_but_for_ties(theirs[1], ours[1]):
            return "the order of silences of one moment is by chance there"
    said = [str(theirs[1]), str(ours[1])]
    if theirs[0] == ours[0] == 400 and all("body from \"\" failed" in text for text in said):
        return READS_OTHERWISE
    if theirs[0] == ours[0] == 405:
        listed = [sorted(re.search(r"\[(.*)\]", text).group(1).split(",")) for text in said
                  if "[" in text]
        if len(listed) in (0, 2) and listed[:1] == listed[1:]:
            return "the order of methods is by chance there"
    if (theirs[0], ours[0]) == (500, 404) and method == "DELETE":
        return "0.25 does not tell an unknown silence from a failure"
    if (theirs[0], ours[0]) == (400, 404) and UNKNOWN in str(body):
        return "0.25 does not tell an unknown silence from a bad one"
    if (theirs[0], ours[0]) == (400, 404) and "no uuid" in str(body):
        return "0.25 does not tell an unknown silence from a bad one"
    if theirs[0] == ours[0] == 400 and "silence" in path and "invalid" in said[0]:
        return "0.34 says `invalid silence: …` and names the set of matchers"
    if path.rstrip("/") == "/api/v2/status" and theirs[0] == ours[0] == 200:
        left, right = theirs[1], ours[1]
        lines = [set(one["config"]["original"].splitlines()) for one in (left, right)]
        same = (left["cluster"] == right["cluster"] and lines[0] <= lines[1] and
                left.keys() == right.keys() and
                left["versionInfo"].keys() == right["versionInfo"].keys())
        return "versions differ, and 0.34 has more global defaults" if same else None
    if method == "HEAD" and theirs[:2] == ours[:2]:
        return "there a HEAD of the management pages has no content type"
    if (theirs[0], ours[0]) == (200, 204) and method == "OPTIONS":
        return "the newer CORS library answers with 204"
    if any(text in path for text in ("filter=1a", "filter=%7Ba", "filter=%3Dx", "filter=a%3D%3D",
                                     "filter=a%22")):
        return "0.34 reads matchers by the UTF-8 syntax, too"
    if re.match(r"/api/v2/silences\?(active|pending|expired)=", path):
        return "0.25 does not choose silences by state"
    if body == "[1]" or body == '["x"]':
        return READS_OTHERWISE
    return None


def headers_of(answer):
    return {name: answer.headers.get(name) for name in
            ("content-type", "access-control-allow-origin", "access-control-allow-methods")}


def compare(peer, server, requests):
    shown, reasons, differ = (Shown(), Shown()), {}, []
    count = 0
    for request in requests:
        method, path, body, headers = request
        answers = [at.ask(method, path, body, headers) for at in (peer, server)]
        theirs, ours = [(a.status, s.body(a), headers_of(a)) for a, s in zip(answers, shown)]
        ours = (ours[0], without_news(ours[1]), ours[2])
        count += 1
        if path.startswith("/api/v2") and method != "OPTIONS":
            assert answers[1].headers["cache-control"] == "no-store", path
        if theirs == ours:
            continue
        reason = excuse(request, theirs, ours)
        if reason is None:
            differ.append(f"{method} {path} {body}\n  theirs {theirs}\n    ours {ours}")
        else:
            reasons[reason] = reasons.get(reason, 0) + 1
    assert not differ, "\n".join(["", *differ])
    return count, reasons


def ids(server):
    listed = json.loads(server.ask("GET", "/api/v2/silences").text)
    return {one["matchers"][0]["value"]: one["id"] for one in listed}


def silence_by_silence(peer, server):
    """Reads, changes and ends the silences that both have, under their own ids."""
    pairs = []
    for name in ("one", "two", "x.*", "nobody"):
        left, right = ids(peer)[name], ids(server)[name]

        def changes(known):
            body = silence("alertname=" + name) if name == "one" else None
            yield "GET", f"/api/v2/silence/{known}", None, {}
            if name == "nobody":  # pending: a later end in place, another matcher as a new one
                yield post("/silences", {**silence("alertname=nobody", startsAt=at(5)),
                                         "id": known})
                yield post("/silences", {**silence("alertname=somebody", startsAt=at(5)),
                                         "id": known})
            if body:  # other matchers: a new silence, the old one ends
                yield post("/silences", {**body, "id": known})
            yield "DELETE", f"/api/v2/silence/{known}", None, {}
            yield "DELETE", f"/api/v2/silence/{known}", None, {}
            yield "GET", f"/api/v2/silence/{known}", None, {}
        pairs += list(zip(changes(left), changes(right)))
    shown = Shown(), Shown()
    for both in pairs:
        answers = [at.ask(*request) for at, request in zip((peer, server), both)]
        left, right = [(a.status, s.body(a)) for a, s in zip(answers, shown)]
        assert left == (right[0], without_news(right[1])), f"{both}\n{left}\n{right}"
    return len(pairs)


def answers_like_alertmanager():
    if alertmanagers.PEER is None:
        print("skipped: prometheus-alertmanager is not installed")
        return
    with harness.scene() as (directory, stack):
        peer, server = alertmanagers.both(stack, directory, CONFIG)
        total, reasons = 0, {}
        for some in (looks, alert_posts, looks, silence_posts, looks, bad_alert_posts,
                     bad_silence_posts, paths_and_methods, cross_site, looks):
            count, found = compare(peer, server, list(some()))
            total += count
            for reason, times in found.items():
                reasons[reason] = reasons.get(reason, 0) + times
        total += silence_by_silence(peer, server)
        compare(peer, server, list(looks()))
        print(f"{total} requests answered the same, but for:")
        for reason, times in sorted(reasons.items()):
            print(f"  {times:3} {reason}")


def what_is_gone_says_so():
    with harness.scene() as (directory, stack):
        server = alertmanagers.ours(stack, directory, CONFIG)
        for path in ("/api/v1/alerts", "/api/v1/silences", "/api/v1/status"):
            answer = server.ask("GET", path)
            assert answer.status == 410 and json.loads(answer.text)["status"] == "deprecated", path
        metrics = server.ask("GET", "/metrics").text
        for line in ('alertmanager_alerts_invalid_total{version="v2"} 0',
                     'alertmanager_alerts_received_total{status="firing",version="v2"} 0',
                     'alertmanager_http_requests_in_flight{method="get"} 1'):
            assert line in metrics, line
        server.config.write_text("route: {}\n")
        answer = server.ask("POST", "/-/reload")
        assert answer.status == 500 and "failed to reload config: " in answer.text, answer.text
        server.config.write_text(CONFIG)
        assert server.ask("POST", "/-/reload").status == 200


def takes_ten_thousand_alerts():
    with harness.scene() as (directory, stack):
        server = alertmanagers.ours(stack, directory, CONFIG)
        some = [alert(f"alertname=a{i % 100}", f"instance=host-{i}", "team=db", "job=node",
                      annotations={"summary": f"host {i} has a problem"}, startsAt=at(-5))
                for i in range(10_000)]
        assert server.ask("POST", "/api/v2/alerts", json.dumps(some), JSON).status == 200
        assert len(json.loads(server.ask("GET", "/api/v2/alerts").text)) == 10_000
        groups = json.loads(server.ask("GET", "/api/v2/alerts/groups").text)
        assert len(groups) == 200 and sum(len(g["alerts"]) for g in groups) == 20_000
        names = [(g["labels"]["alertname"], g["receiver"]["name"]) for g in groups]
        assert names == sorted(names), "groups are sorted by labels, then receiver"


if __name__ == "__main__":
    harness.main([answers_like_alertmanager, what_is_gone_says_so, takes_ten_thousand_alerts])
