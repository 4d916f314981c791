#!/usr/bin/env python3
"""This program called `amtool` beside Debian's amtool 0.25, each against Debian's Alertmanager and
against this program called `alertmanager`: the same output and exit codes, and silences that one
made are the other's. Skipped where amtool is missing."""
import json
import pathlib
import re
import shutil
import subprocess

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
receivers: [{name: default}, {name: team-db}, {name: team-web}]
inhibit_rules:
- {source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'],
   equal: [cluster]}
"""
UNKNOWN = "6e0b2e62-1c66-4c4c-8a8a-111111111111"
PEER = shutil.which("amtool")


class Tool:
    def __init__(self, program, directory):
        self.program, self.directory = str(program), pathlib.Path(directory)

    def run(self, *arguments, text=None):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True,
                              input=text, cwd=self.directory, timeout=harness.PATIENCE,
                              env=alertmanagers.environment(self.directory))
        return done.returncode, done.stdout, done.stderr

    def must(self, *arguments, **more):
        code, out, err = self.run(*arguments, **more)
        assert code == 0, f"{arguments}: {err}"
        return out


def ours_called_amtool(directory):
    program = pathlib.Path(directory) / "amtool"
    program.symlink_to(pathlib.Path(harness.BINARY).resolve())
    return Tool(program, directory)


def fill(tool, url):
    """Alerts and silences, made by one of the tools."""
    def do(*arguments):
        return tool.must(f"--alertmanager.url={url}", "--no-version-check", *arguments).strip()
    do("alert", "add", "foo", "node=bar", "severity=critical", "team=db",
       "--annotation=summary=sum mary", "--annotation=x=y", "--generator-url=http://gen/x",
       "--start=2026-01-01T10:00:00+02:00", "--end=2090-01-01T00:00:00Z")
    do("alert", "add", "alertname=baz", "cluster=é", "severity=warning",
       "--start=2026-01-02T10:00:00Z", "--end=2090-01-02T00:00:00Z")
    do("alert", "add", "a b", "--start=2026-01-03T10:00:00-05:30", "--end=2090-01-03T00:00:00Z")
    kept = do("silence", "add", "foo", "node=~b.*", "-a", "me", "-c", "a comment", "--end",
              "2090-01-01T00:00:00Z")
    do("silence", "add", "other", "x!=y", "z!~q", "--author", "you", "--comment", "sécond",
       "--start=2080-01-01T00:00:00-05:00", "-d", "2h")
    ended = do("silence", "add", "foo", "-c", "will end")
    do("silence", "expire", ended)
    changed = do("silence", "update", kept, "-c", "changed", "-q")
    # 0.25 prints an address of its memory.
    assert changed == kept or changed.startswith("0x"), (changed, kept)


def reads():
    for form in ("simple", "extended", "json"):
        for words in ("alert", "alert query", "alert -s", "alert -sai", "alert query baz",
                      "alert severity=~.*", "alert query nothing -u", "silence", "silence query",
                      "silence query --expired", "silence -q", "silence --created-by me",
                      "silence --within 2h", "silence --within=8000000h --created-by=you",
                      "silence --expired --within 2h", "silence alertname=foo", "silence foo",
                      "cluster", "cluster show", "config", "config show"):
            yield ["-o", form, *words.split()]
    yield ["alert", "-r", "team-.*", "-sa"]
    yield ["alert", "--receiver=team-db", "-s", "--date.format=15h04 Jan _2 MST"]
    for words in ("config routes", "config routes show", "config routes test team=db",
                  "config routes test --tree team=db a=b", "config routes test --tree team=web",
                  "config routes test --tree x=y", "config routes test",
                  "config routes test --verify.receivers=team-db team=db",
                  "config routes test --verify.receivers=team-db,team-web team=db"):
        yield words.split()


def mistakes():
    yield ["alert", "-r", "("]
    for words in ('alert x"y', 'alert x x"y', "silence add", "silence add foo",
                  "silence add foo -c x -d 0s", "silence add foo -c x -d foo",
                  "silence add foo -c x --start foo", "silence add a= -c x", "silence update",
                  "silence add foo -c x --start 2030-01-01T00:00:00Z --end 2029-01-01T00:00:00Z",
                  "silence expire", "alert add", "alert add foo x!=y", "alert add foo --start x",
                  "config routes test foo", "config routes test a!=b", "config bogus", "bogus",
                  "--bogus", "alert --bogus", "-o yaml alert", "silence -q=3", "silence --within",
                  "--timeout=1 alert", "template", "template bogus",
                  "template render --template.glob=x",
                  "silence import nofile", "check-config nofile", "silence update xx",
                  f"silence expire {UNKNOWN}", "silence expire xx", f"silence update {UNKNOWN}",
                  "config routes --config.file=nofile", "cluster bogus"):
        yield words.split()


def files(directory):
    """Commands that read files alone, and the files."""
    (directory / "templates").mkdir()
    (directory / "templates/good.tmpl").write_text(
        '{{ define "x" }}hello {{ .Status }} {{ range .Alerts }}{{ .Labels.instance }};{{ end }}'
        '{{ len .Alerts.Firing }}{{ end }}')
    (directory / "broken.tmpl").write_text('{{ define "y" }')
    (directory / "good.yml").write_text(CONFIG)
    (directory / "templated.yml").write_text(CONFIG + "templates: ['templates/*.tmpl']\n")
    (directory / "broken.yml").write_text(CONFIG + "templates: ['*.tmpl', 'none']\n")
    (directory / "data.json").write_text(json.dumps({
        "status": "firing", "receiver": "team", "externalURL": "http://am", "alerts": [
            {"status": "firing", "labels": {"instance": "<b>"},
             "startsAt": "2026-01-01T00:00:00+01:00"}],
        "commonLabels": {"instance": "<b>"}}))
    render = ["template", "render", "--template.glob=templates/*.tmpl"]
    yield ["check-config", "good.yml"]
    yield ["check-config", "good.yml", "templated.yml"]
    yield ["check-config", "good.yml", "broken.yml"]
    yield [*render, '--template.text={{ template "x" . }}']
    yield [*render, '--template.text={{ template "x" . }} {{ .CommonLabels.instance }}',
           "--template.type=html", "--template.data=data.json"]
    yield [*render, "--template.text={{ (index .Alerts 0).StartsAt.Format \"15:04 MST\" }} "
           "{{ .Receiver | toUpper }}", "--template.data", "data.json"]
    yield [*render, '--template.text={{ template "nope" . }}']
    yield ["template", "render", "--template.glob=*.tmpl", "--template.text=x"]


def comparable(result):
    """What both say: the version of an answer of 0.25 tells nothing of a refusal's text."""
    code, out, err = result
    err = re.sub(r"(\(status 4\d\d\): ).*", r"\1…", err)
    return code, out, err


def excuse(arguments, theirs, ours, of_ours):
    if "extended" in arguments and "config" in arguments:
        return "0.25 prints addresses of its memory here"
    if theirs[0] == ours[0] == 1 and "silence" in arguments and "[404]" in theirs[2] + ours[2]:
        return "a refusal without a text"
    if of_ours and arguments[:2] == ["config", "routes"] and "not found in type" in theirs[2]:
        return "0.25 does not know all keys of a configuration of 0.34"
    if of_ours and "json" in arguments and theirs[0] == ours[0]:
        return "0.25 leaves out what it does not know"
    return None


def compare(peer, own, url, of_ours):
    count = 0
    for arguments in (*reads(), *mistakes()):
        all_arguments = [f"--alertmanager.url={url}", "--no-version-check", *arguments]
        theirs, ours = (comparable(tool.run(*all_arguments)) for tool in (peer, own))
        count += 1
        if theirs != ours and not excuse(arguments, theirs, ours, of_ours):
            raise AssertionError(f"{arguments}\n  theirs {theirs}\n    ours {ours}")
    return count


def both_tools_say_the_same_of_both_servers():
    with harness.scene() as (directory, stack):
        peer, own = Tool(PEER, directory), ours_called_amtool(directory)
        servers = alertmanagers.both(stack, directory, CONFIG)
        fill(own, servers[0].url)  # each is filled by the other's tool
        fill(peer, servers[1].url)
        for server in servers:
            count = compare(peer, own, server.url, of_ours=server is servers[1])
        # Of each tool, the same of both servers.
        routes = [["config", "routes"], ["config", "routes", "test", "--tree", "team=db"]]
        for tool, more in ((peer, []), (own, routes)):
            for arguments in (["alert", "-sa"], ["silence", "--created-by=you"], ["cluster"],
                              ["-o", "extended", "alert", "-sa"], *more):
                said = [tool.must(f"--alertmanager.url={s.url}", "--no-version-check", *arguments)
                        for s in servers]
                said = [re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
                        for text in said]
                assert said[0] == said[1], said
        print(f"{count} commands say the same of both servers")


def both_tools_say_the_same_of_files():
    with harness.scene() as (directory, _):
        peer, own = Tool(PEER, directory), ours_called_amtool(directory)
        for arguments in files(directory):
            theirs, ours = peer.run(*arguments), own.run(*arguments)
            assert theirs == ours, f"{arguments}\n  theirs {theirs}\n    ours {ours}"
        theirs, ours = (tool.run("check-config", text=CONFIG) for tool in (peer, own))
        assert theirs == ours, (theirs, ours)
        # Of a broken file the words are ours, with the place.
        (directory / "bad.yml").write_text("route: {receiver: x}\nfoo: bar\n")
        code, out, err = own.run("check-config", "bad.yml")
        assert code == 1 and "Checking 'bad.yml'  FAILED: " in out and "bad.yml:2" in out, out
        assert err == "amtool: error: failed to validate 1 file(s)\n\n", err


def silences_go_from_server_to_server():
    with harness.scene() as (directory, stack):
        own = ours_called_amtool(directory)
        servers = alertmanagers.both(stack, directory, CONFIG)
        fill(own, servers[0].url)
        at = [[f"--alertmanager.url={server.url}", "--no-version-check"] for server in servers]
        saved = own.must(*at[0], "-o", "json", "silence")
        (directory / "silences.json").write_text(saved)
        made = own.must(*at[1], "silence", "import", "-w", "2", "silences.json").split()
        assert len(made) == 2, made
        # Known ones stay what they are; `-f` makes new ones.
        assert sorted(own.must(*at[0], "silence", "import", text=saved).split()) == sorted(
            one["id"] for one in json.loads(saved))
        assert len(own.must(*at[1], "silence", "import", "-f", "silences.json").split()) == 2
        assert len(json.loads(own.must(*at[1], "-o", "json", "silence"))) == 4
        code, _, err = own.run(*at[1], "silence", "import", text='[{"comment":"x"}]')
        assert code == 1 and "couldn't import 1 out of 1 silences" in err, err
        own.must(*at[1], "silence", "expire", *made)
        assert own.must(*at[1], "silence", "-q").split() != made


def flags_may_stand_in_a_file():
    with harness.scene() as (directory, stack):
        own = ours_called_amtool(directory)
        server = alertmanagers.ours(stack, directory, CONFIG)
        settings = directory / ".config/amtool/config.yml"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"alertmanager.url: {server.url}\nauthor: somebody\noutput: json\n"
                            "comment_required: false\nversion-check: false\n")
        identity = own.must("silence", "add", "foo").strip()
        [silence] = json.loads(own.must("silence"))
        assert (silence["id"], silence["createdBy"]) == (identity, "somebody"), silence
        assert own.must("silence", "-o", "simple").startswith("ID "), "flags go before the file"


def the_tools_of_this_program_have_the_same_commands():
    with harness.scene() as (directory, stack):
        server = alertmanagers.ours(stack, directory, CONFIG)
        tool = Tool(harness.BINARY, directory)
        (directory / "good.yml").write_text(CONFIG)
        assert "SUCCESS" in tool.must("tool", "check", "alertmanager-config", "good.yml")
        url = f"--alertmanager.url={server.url}"
        tool.must("tool", "alert", "add", "foo", url)
        assert "foo" in tool.must("tool", "alert", url)
        assert tool.must("tool", "config", "routes", "test", "--config.file=good.yml",
                         "team=web") == "team-web\n"
        assert "disabled" in tool.must("tool", "cluster", "show", url)


if __name__ == "__main__":
    if PEER is None or alertmanagers.PEER is None:
        print("skipped: amtool and prometheus-alertmanager are not installed")
    else:
        harness.main([both_tools_say_the_same_of_both_servers, both_tools_say_the_same_of_files,
                      silences_go_from_server_to_server, flags_may_stand_in_a_file,
                      the_tools_of_this_program_have_the_same_commands])
