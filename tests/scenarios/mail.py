#!/usr/bin/env python3
"""Mail to a real SMTP server (aiosmtpd): in clear, by STARTTLS and by TLS from the start, with
each way to log in; and message by message against Debian's Alertmanager 0.25, which differs by
nothing but the order of headers, ids, dates, boundaries, and the looks of the default page: ours is
another design that says the same and links to the same. Skipped where aiosmtpd is missing, the
comparison also where Alertmanager is."""
import email
import email.policy
import email.utils
import html.parser
import json
import logging
import pathlib
import re
import ssl
import subprocess
import sys
import warnings

try:
    import aiosmtpd
except ImportError:  # Debian's package, and a Python that is not Debian's
    sys.path.append("/usr/lib/python3/dist-packages")
    try:
        import aiosmtpd
    except ImportError:
        aiosmtpd = None

import harness
import notify_differential as base

PASSWORD = "pass-word-1234"
LABELS = {"alertname": "Dïsk", "zone": "a b"}
TEXT = "{{ range .Alerts }}{{ .Labels.instance }} = tab\there \n.dot\n{{ end }}" + "long é " * 40


def server(stack, **options):
    """A mail server; its messages are (from, to, content, whether logged in, whether in TLS)."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    class Keep:
        messages = []

        async def handle_DATA(self, _, session, envelope):
            self.messages.append((envelope.mail_from, envelope.rcpt_tos, envelope.content,
                                  bool(session.authenticated), session.ssl is not None))
            return "250 2.0.0 Ok: queued as 7"

        async def handle_RCPT(self, _, session, envelope, address, options):
            if address.startswith("nobody@"):
                return "550 no such user here"
            envelope.rcpt_tos.append(address)
            return "250 OK"

    def authenticate(_, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and data == LoginPassword(b"me", PASSWORD.encode())
        return AuthResult(success=good, handled=good)

    implicit = options.pop("ssl_context", None)

    class Server(Controller):
        def factory(self):
            return SMTP(self.handler, authenticator=authenticate, **options)

    keep = Keep()
    keep.messages = []
    controller = Server(keep, hostname="127.0.0.1", port=harness.free_port(),
                        ssl_context=implicit)
    controller.start()
    stack.callback(controller.stop)
    keep.port = controller.port
    return keep


def tls(directory):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*base.certificate(directory, "mail.test"))
    return context


def send(directory, config, alerts=None, group=None):
    """Attempts of one receiver with that email_configs entry."""
    path = directory / "mail.yml"
    path.write_text(json.dumps({"route": {"receiver": "r"},
                                "receivers": [{"name": "r", "email_configs": [config]}]}))
    notification = {"receiver": "r", "groupKey": group or "{}:{}", "groupLabels": LABELS,
                    "alerts": alerts or base.alerts()}
    for alert in notification["alerts"]:
        alert.setdefault("endsAt", "0001-01-01T00:00:00Z")
    run = subprocess.run([base.ONCE, path, base.EXTERNAL, "watchfire"], text=True, timeout=60,
                         input=json.dumps(notification), capture_output=True)
    assert run.returncode == 0, run.stderr
    assert PASSWORD not in run.stdout, run.stdout
    return json.loads(run.stdout)


def mail_arrives_by_every_way():
    with harness.scene() as (directory, stack):
        directory = pathlib.Path(directory)
        context = tls(directory)
        trust = {"tls_config": {"ca_file": str(directory / "cert.pem"),
                                "server_name": "mail.test"}}
        common = {"to": "Ops <ops@example.org>, b@example.org", "from": "am@example.org"}
        login = {"auth_username": "me", "auth_password": PASSWORD}

        clear = server(stack)
        config = {**common, "smarthost": f"127.0.0.1:{clear.port}"}
        assert send(directory, {**config, "require_tls": False})["delivered"]
        sender, receivers, content, logged_in, encrypted = clear.messages.pop()
        assert (sender, receivers) == ("am@example.org", ["ops@example.org", "b@example.org"])
        assert not logged_in and not encrypted
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert message["Subject"].startswith("[FIRING:2] Dïsk"), message["Subject"]
        assert "it&#39;s" in message.get_body(("html",)).get_content()
        error = send(directory, config)["error"]
        assert "does not advertise the STARTTLS extension" in error, error
        attempt = send(directory, {**config, "require_tls": False, "to": "nobody@example.org"})
        assert attempt["error"] == "send RCPT command: 550 no such user here", attempt
        assert not clear.messages

        for mechanism in ("LOGIN", "PLAIN"):
            other = {"LOGIN": "PLAIN", "PLAIN": "LOGIN"}[mechanism]
            peer = server(stack, tls_context=context, require_starttls=True,
                          auth_exclude_mechanism=[other], auth_required=True)
            config = {**common, **trust, **login, "smarthost": f"127.0.0.1:{peer.port}"}
            attempt = send(directory, config)
            assert attempt["delivered"], attempt
            assert peer.messages.pop()[3:] == (True, True)
            error = send(directory, {**config, "auth_password": "wrong-" + PASSWORD})["error"]
            assert " auth: 535 " in error, error
            error = send(directory, {**config, "tls_config": {}})["error"]
            assert "tls: failed to verify certificate" in error, error

        peer = server(stack, ssl_context=context, auth_require_tls=False, auth_required=True)
        config = {**common, **trust, **login, "smarthost": f"127.0.0.1:{peer.port}",
                  "force_implicit_tls": True}
        attempt = send(directory, config)
        assert attempt["delivered"], attempt
        assert peer.messages.pop()[3]  # this server speaks nothing but TLS


def templates_cannot_add_headers_or_receivers():
    with harness.scene() as (directory, stack):
        directory = pathlib.Path(directory)
        peer = server(stack)
        evil = "x\r\nBcc: spy@example.org\r\n\r\nbody"
        alert = {**base.alerts()[0], "annotations": {"summary": evil}}
        config = {"to": "a@example.org", "from": "am@example.org", "require_tls": False,
                  "smarthost": f"127.0.0.1:{peer.port}",
                  "headers": {"Subject": "{{ .CommonAnnotations.summary }}", "X-Who": evil}}
        assert send(directory, config, [alert])["delivered"]
        _, receivers, content, *_ = peer.messages.pop()
        assert receivers == ["a@example.org"]
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert "Bcc" not in message and message["X-Who"] is not None
        assert set(key.lower() for key in message.keys()) == {
            "subject", "to", "from", "x-who", "message-id", "date", "content-type",
            "mime-version"}, message.keys()
        attempt = send(directory, {**config, "to": "{{ .CommonAnnotations.summary }}"}, [alert])
        assert attempt["error"].startswith("parse 'to' addresses: mail: "), attempt
        assert not peer.messages


def threads_hold_a_group_together():
    with harness.scene() as (directory, stack):
        directory = pathlib.Path(directory)
        peer = server(stack)
        config = {"to": "a@example.org", "from": "am@example.org", "require_tls": False,
                  "smarthost": f"127.0.0.1:{peer.port}",
                  "threading": {"enabled": True, "thread_by_date": "none"}}
        roots = []
        for group in ("{}:{a=\"1\"}", "{}:{a=\"1\"}", "{}:{a=\"2\"}"):
            assert send(directory, config, group=group)["delivered"]
            message = email.message_from_bytes(peer.messages.pop()[2])
            assert message["References"] == message["In-Reply-To"]
            roots.append(message["References"])
        assert roots[0] == roots[1] != roots[2], roots
        assert re.fullmatch(r"<alert-[0-9a-f]{16}-@alertmanager>", roots[0]), roots


class Page(html.parser.HTMLParser):
    """What somebody reads on a page: its words, and where its links lead."""

    def __init__(self, text):
        super().__init__()
        self.words, self.links, self.hidden = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        target = dict(attributes).get("href")
        # Alertmanager also links an alert without a source, to nowhere.
        self.hidden = tag == "style" or target == ""
        if target:
            self.links.append(target)

    def handle_endtag(self, tag):
        self.hidden = False

    def handle_data(self, data):
        if not self.hidden:
            self.words += [word for word in data.split() if word not in ("Labels", "Annotations")]

    def said(self):
        return self.words, self.links


def parts(content):
    """Each part's own headers and its bytes; what a default page says instead of those."""
    out = []
    for part in content.split(b"--BOUNDARY")[1:]:
        head, _, body = part.partition(b"\r\n\r\n")
        text = email.message_from_bytes(part.lstrip()).get_payload(decode=True)
        page = text is not None and b"<!DOCTYPE" in text
        out.append((head, Page(text.decode()).said() if page else body))
    return out


def comparable(message):
    """Envelope, head lines in order, parts, with what is drawn by lot taken out."""
    sender, receivers, content, *_ = message
    head, body = content.split(b"\r\n\r\n", 1)
    boundary = re.search(rb"boundary=([0-9a-f]{60})\r?\n?", head + b"\n").group(1)
    lines = []
    for line in head.replace(boundary, b"BOUNDARY").split(b"\r\n"):
        name, value = line.split(b": ", 1)
        if name == b"Message-Id":
            value = re.sub(rb"^<\d+\.[0-9a-f]+@", b"<1.1@", value)
        if name == b"Date":
            assert email.utils.parsedate_to_datetime(value.decode())
            value = b"now"
        lines.append(name + b": " + value)
    return sender, receivers, sorted(lines), parts(body.replace(boundary, b"BOUNDARY"))


def messages_are_those_of_alertmanager():
    if base.PEER is None:
        print("skipped: prometheus-alertmanager is not installed")
        return
    with harness.scene() as (directory, stack):
        directory = pathlib.Path(directory)
        peer = server(stack)
        common = {"from": "am@example.org", "smarthost": f"127.0.0.1:{peer.port}",
                  "require_tls": False, "send_resolved": True}
        made = {
            "plain": {"to": "plain@example.org"},
            "both": {"to": "both@example.org, Second <two@example.org>", "text": TEXT,
                     "from": '"Al Ert" <am@example.org>',
                     "headers": {"subject": "é {{ .Status }} " * 30, "X-Own": "{{ .Receiver }}",
                                 "Message-Id": "<1.1@own>"}},
            "text": {"to": "text@example.org", "html": "", "text": TEXT},
            "html": {"to": "html@example.org",
                     "html": '<a href="{{ .ExternalURL }}?q={{ .CommonLabels.job }}">'
                             "{{ .CommonAnnotations.summary }}</a>"},
        }
        route = {"receiver": "plain", "group_by": ["alertname", "zone"], "group_wait": "300ms",
                 "group_interval": "1s",
                 "routes": [{"receiver": name, "continue": True} for name in made]}
        path = directory / "alertmanager.yml"
        path.write_text(json.dumps({"route": route, "receivers": [
            {"name": name, "email_configs": [{**common, **own}]} for name, own in made.items()]}))
        alertmanager = base.Alertmanager(stack, directory, path)
        first, *others = base.alerts()
        firing = [{**first, "startsAt": base.moment(2)}, *others]
        resolved = [{**a, "startsAt": base.moment(-9), "endsAt": base.moment(-1)}
                    for a in firing[:2]]

        def told():
            """The last message to each, as comparable ones."""
            return {str(m[1]): m for m in map(comparable, list(peer.messages))}

        for some in (firing, resolved):
            peer.messages.clear()
            ordered = sorted(some, key=lambda a: a["labels"]["instance"])
            for name in made:
                base.once(path, {"receiver": name, "groupKey": "{}/{}:{}", "alerts": [
                    {"endsAt": "0001-01-01T00:00:00Z", **a,
                     "annotations": dict(sorted(a["annotations"].items()))} for a in ordered],
                    "groupLabels": {k: first["labels"][k] for k in ("alertname", "zone")}})
            ours = told()
            assert len(ours) == len(made), sorted(ours)
            peer.messages.clear()
            alertmanager.push(some)
            # It may speak before it has taken in all alerts of a request, and again after.
            try:
                harness.wait_for("the same mail", lambda: told() == ours)
            except AssertionError:
                theirs = told()
                for to, message in sorted(ours.items()):
                    for left, right in zip(theirs[to], message):
                        assert left == right, f"\n{to}\ntheirs: {left}\n  ours: {right}"
                raise
        print(f"  {2 * len(made)} messages alike")


if __name__ == "__main__":
    if aiosmtpd is None:
        print("skipped: aiosmtpd is not installed")
        sys.exit(0)
    # The server's own complaints of being tested.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    harness.main([mail_arrives_by_every_way, templates_cannot_add_headers_or_receivers,
                  threads_hold_a_group_together, messages_are_those_of_alertmanager])
