#!/usr/bin/env python3
"""Incident services against Debian's Alertmanager 0.25: PagerDuty, Opsgenie, VictorOps, SNS and
WeChat get the same requests from notify_once as from it, about the same alerts; see
notify_differential.py. Skipped where Alertmanager is missing.

What differs by version is not compared: since 0.28 texts of PagerDuty's details that are numbers or
JSON are sent as such, so the receivers here have details that are neither."""
import http.server
import json
import pathlib
import ssl
import threading

import harness
import notify_differential as base

TOKEN = "we-token-1234"
SECRETS = ("pd-routing-key", "pd-service-key", "genie-key", "vo-api-key", "aws-secret-key",
           "we-api-secret", TOKEN)
PUBLISHED = ('<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
             "<MessageId>1</MessageId></PublishResult></PublishResponse>")


class Services(base.Recorder):
    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode()
        headers = {name: self.headers.get(name) for name in base.HEADERS}
        self.server.requests.append((f"{self.command} {self.path}", headers, body))
        text = PUBLISHED if self.path.startswith("/sns") else json.dumps(
            {"access_token": TOKEN, "errcode": 0, "code": 0})
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = answer


def serve(stack, directory):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Services)
    server.daemon_threads = True
    server.requests = []
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(*base.certificate(directory, "events.pagerduty.com"))
    server.address = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return server


def receivers(server, directory):
    """Each with the number of requests about firing and about resolved alerts."""
    at = f"http://{server.address}"
    proxy = {"proxy_url": at, "tls_config": {"ca_file": str(directory / "cert.pem")}}
    details = {"firing": '@{{ template "pagerduty.default.instances" .Alerts.Firing }}',
               "resolved": '@{{ template "pagerduty.default.instances" .Alerts.Resolved }}',
               "num_firing": "n={{ .Alerts.Firing | len }}",
               "num_resolved": "n={{ .Alerts.Resolved | len }}"}
    pagerduty = {"routing_key": "pd-routing-key", "details": details}
    opsgenie = {"api_key": "genie-key", "api_url": f"{at}/genie"}
    sigv4 = {"access_key": "AKID", "secret_key": "aws-secret-key", "region": "eu-north-1"}
    topic = {"sigv4": sigv4, "topic_arn": "arn:aws:sns:eu-north-1:1:t"}
    wechat = {"send_resolved": True, "api_secret": "we-api-secret", "api_url": f"{at}/wechat/"}
    return {
        "pd": ({"pagerduty_configs": [{**pagerduty, "url": f"{at}/pd"}]}, 1, 1),
        "pd-own": ({"pagerduty_configs": [{
            **pagerduty, "url": f"{at}/pd-own", "severity": "{{ .CommonLabels.severity }}",
            "class": "c<", "component": "{{ .GroupLabels.zone }}", "group": "g",
            "client": "c", "client_url": "http://c/?a&b", "description": "é" * 1100,
            "images": [{"src": "http://i/{{ .Status }}", "alt": "a", "href": "http://h"},
                       {"src": "", "alt": "none"}],
            "links": [{"href": "http://l", "text": "{{ .Receiver }}"}, {"text": "none"}],
            "details": {**details, "own": "<{{ .CommonLabels.job }}>"}}]}, 1, 1),
        "pd-large": ({"pagerduty_configs": [{
            **pagerduty, "url": f"{at}/pd-large",
            "details": {**details, "own": "x" * 520000}}]}, 1, 1),
        "pd-v1": ({"pagerduty_configs": [{
            "service_key": "pd-service-key", "details": details, "http_config": proxy}]}, 1, 1),
        "genie": ({"opsgenie_configs": [opsgenie]}, 1, 1),
        "genie-own": ({"opsgenie_configs": [{
            **opsgenie, "api_url": f"{at}/genie-own/", "update_alerts": True,
            "message": "m" * 140, "description": "d & d", "source": "s", "note": "n",
            "priority": "P1", "entity": "{{ .CommonLabels.job }}", "tags": " a, b,,c ",
            "actions": "x,y", "details": {"job": "other", "k": "{{ .Status }}"},
            "responders": [{"name": "t1, t2", "type": "teams"}, {"id": "i", "type": "user"},
                           {"name": "{{ .CommonLabels.job }}", "type": "schedule"},
                           {"username": "u", "type": "escalation"}]}]}, 3, 1),
        "vo": ({"victorops_configs": [{
            "api_key": "vo-api-key", "api_url": f"{at}/vo", "routing_key": "team"}]}, 1, 1),
        "vo-own": ({"victorops_configs": [{
            "api_key": "vo-api-key", "api_url": f"{at}/vo-own/", "message_type": "page",
            "routing_key": "r-{{ .Status }}", "state_message": "é" * 20500,
            "entity_display_name": "<e>", "monitoring_tool": "m",
            "custom_fields": {"b": "{{ .Status }}", "a": "&"}}]}, 1, 1),
        "sns": ({"sns_configs": [{**topic, "api_url": f"{at}/sns"}]}, 1, 1),
        "sns-own": ({"sns_configs": [{
            **topic, "api_url": f"{at}/sns-own/{{{{ .Status }}}}", "subject": "s é&=",
            "topic_arn": "arn:aws:sns:eu-north-1:1:t.fifo", "message": "y" * 300000,
            "attributes": {"k2": "{{ .Status }}", "k1": "a b+c"}}]}, 1, 1),
        "sns-text": ({"sns_configs": [{
            "sigv4": sigv4, "api_url": f"{at}/sns-text", "phone_number": "+1{{ .Alerts | len }}",
            "subject": "", "message": "z" * 2000}]}, 1, 1),
        "wechat": ({"wechat_configs": [{**wechat, "corp_id": "corp & co"}]}, 2, 1),
        "wechat-own": ({"wechat_configs": [{
            **wechat, "corp_id": "c", "message_type": "markdown", "message": "<{{ .Status }}>",
            "to_user": "u", "to_party": "p", "to_tag": "t", "agent_id": "1"}]}, 2, 1),
    }


def configuration(server, directory):
    made = receivers(server, directory)
    routes = [{"receiver": name, "continue": True} for name in made]
    route = {"receiver": "pd", "group_by": ["alertname", "zone"], "group_wait": "300ms",
             "group_interval": "1s", "repeat_interval": "4h", "routes": routes}
    config = {"route": route,
              "receivers": [{"name": name, **parts[0]} for name, parts in made.items()]}
    path = directory / "alertmanager.yml"
    path.write_text(json.dumps(config))
    return path, made


def shown(request):
    """What is compared. AWS' library signs more headers and names itself; tokens are asked for
    once by a server, each time by a program that ends."""
    path, headers, body = request
    if path.startswith("POST /sns"):
        signed = headers["Authorization"]
        assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKID/"), signed
        assert "/eu-north-1/sns/aws4_request" in signed, signed
        headers = {"Content-Type": headers["Content-Type"]}
        body = body.replace("&MessageAttributes=&", "&")  # none
    return path, headers, body


def difference(theirs, ours):
    """Around the first place where they differ; bodies may be long."""
    at = next((i for i, (a, b) in enumerate(zip(theirs, ours)) if a != b), 0)
    return "".join(f"\n{who}: {text[:60]} … {text[max(0, at - 200):at + 200]}"
                   for who, text in (("theirs", theirs), ("  ours", ours)))


def compare(theirs, ours):
    def messages(requests):
        return sorted((shown(r) for r in requests if not r[0].startswith("GET ")), key=str)

    left, right = messages(theirs), messages(ours)
    for a, b in zip(left, right):
        assert a == b, difference(str(a), str(b))
    assert len(left) == len(right), (len(left), len(right))


def notification(name, alerts):
    """What the dispatcher hands over: the group's alerts in order."""
    ordered = sorted(alerts, key=lambda a: (a["labels"]["job"], a["labels"]["instance"]))
    labels = {key: alerts[0]["labels"][key] for key in ("alertname", "zone")}
    pairs = ", ".join(f'{key}="{value}"' for key, value in labels.items())
    shown_alerts = [{**a, "annotations": dict(sorted(a["annotations"].items())),
                     "endsAt": a.get("endsAt", "0001-01-01T00:00:00Z")} for a in ordered]
    return {"receiver": name, "groupKey": f"{{}}/{{}}:{{{pairs}}}", "groupLabels": labels,
            "alerts": shown_alerts}


def services_get_what_alertmanager_sends():
    if base.PEER is None:
        print("skipped: prometheus-alertmanager is not installed")
        return
    with harness.scene() as (directory, stack):
        directory = pathlib.Path(directory)
        server = serve(stack, directory)
        config, made = configuration(server, directory)
        peer = base.Alertmanager(stack, directory, config)
        # A group whose first alert is not old waits for the others.
        first, *others = base.alerts()
        firing = [{**first, "startsAt": base.moment(2)}, *others]
        resolved = [{**a, "startsAt": base.moment(-9), "endsAt": base.moment(-1)}
                    for a in firing[:2]]
        rounds = []
        for some, column in ((firing, 1), (resolved, 2)):
            expected = sum(parts[column] for parts in made.values())
            server.requests.clear()
            peer.push(some)
            harness.wait_for("notifications", lambda: len(server.requests) >= expected)
            rounds.append(list(server.requests))
        peer.stop()
        sent = 0
        for theirs, some in zip(rounds, (firing, resolved)):
            server.requests.clear()
            for name in made:
                answers = base.once(config, notification(name, some))
                for secret in SECRETS:
                    assert secret not in json.dumps(answers), (name, answers)
            compare(theirs, server.requests)
            sent += len(theirs)
        print(f"  {sent} requests alike")


if __name__ == "__main__":
    harness.main([services_get_what_alertmanager_sends])
