"""Grafana's HTTP API as its usual clients call it: people with curl, back-up scripts, provisioning
tools, a CI that saves dashboards. Every answer is looked at by shape and status; what was
acknowledged must survive a restart, a kill in the middle of saving, and a tar of the running data
directory."""
import concurrent.futures
import json
import pathlib
import subprocess
import threading
import time
import urllib.parse

import harness
from harness import Target, scene, wait_for

ENVELOPE = pathlib.Path("examples/stacks/wingman/monitoring/wingman-health-overview.json").resolve()
CONFIG = """
global: {scrape_interval: 1s}
scrape_configs:
  - job_name: app
    static_configs: [{targets: ['TARGET']}]
"""
PAGE = """# TYPE shop_orders_total counter
shop_orders_total{region="north"} 5
shop_orders_total{region="south"} 7
# TYPE shop_open gauge
shop_open 1
"""
SOURCE = {"type": "prometheus", "uid": "PBFA97CFB590B2093"}


class Grafana:
    """A server with its dashboards, asked through helpers that check the status."""

    def __init__(self, stack, directory, config="scrape_configs: []\n", environment=None):
        self.server = harness.Server(directory, config, grafana=True, environment=environment)
        stack.callback(lambda: self.server.process and self.server.process.poll() is None
                       and self.server.kill())
        self.server.start()

    def ask(self, path, method="GET", body=None, status=200, **kwargs):
        answer = self.server.grafana(path, method, body, **kwargs)
        assert answer.status == status, (method, path, answer.status, answer.text[:1000])
        return answer.json

    def message(self, path, method="GET", body=None, status=200, **kwargs):
        return self.ask(path, method, body, status, **kwargs)["message"]

    def save(self, dashboard, status=200, **more):
        return self.ask("/api/dashboards/db", "POST", {"dashboard": dashboard, **more}, status)

    def query(self, *targets, start="now-5m", status=200, **kwargs):
        queries = [{"refId": "A", "datasource": SOURCE, "intervalMs": 1000, "maxDataPoints": 300,
                    **target} for target in targets]
        body = {"from": start, "to": "now", "queries": queries}
        return self.ask("/api/ds/query", "POST", body, status, **kwargs)["results"]


def with_app(stack, directory):
    target = Target(lambda: PAGE)
    stack.callback(target.close)
    grafana = Grafana(stack, directory, CONFIG.replace("TARGET", target.address))
    wait_for("two scrapes", lambda: (grafana.server.value(
        "count_over_time(shop_open[5m])") or 0) >= 2)
    return grafana


def keys_of(thing, *expected):
    missing = set(expected) - set(thing)
    assert not missing, (missing, thing)


def signing_in_and_out():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        health = g.ask("/api/health", login=None)
        assert health["database"] == "ok" and health["version"], health
        assert g.server.grafana("/healthz", login=None).text == "Ok"
        assert "Disallow: /" in g.server.grafana("/robots.txt", login=None).text
        none = g.ask("/api/user", status=401, login=None)
        assert none["message"] == "Unauthorized" and none["statusCode"] == 401, none
        wrong = g.ask("/login", "POST", {"user": "admin", "password": "no"}, 401, login=None)
        assert wrong["message"] == "Invalid username or password", wrong
        json_login = g.server.grafana("/login", "POST", {"user": "admin", "password": "admin"},
                                      login=None)
        assert json_login.json["message"] == "Logged in", json_login.text
        form = g.server.grafana("/login", "POST", b"user=admin&password=admin", login=None,
                                headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert form.status == 200, form.text
        cookie = next(c for c in form.headers.get_all("Set-Cookie") if "grafana_session=" in c)
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie, cookie
        session = {"Cookie": cookie.split(";")[0]}
        assert g.ask("/api/user", login=None, headers=session)["login"] == "admin"
        assert g.server.grafana("/api/login/ping", login=None, headers=session).status == 200
        # A page of another origin cannot use the cookie to change anything; our own can.
        folder = {"title": "By cookie"}
        foreign = {**session, "Origin": "http://evil.example.org"}
        refused = g.server.grafana("/api/folders", "POST", folder, login=None, headers=foreign)
        assert refused.status == 403 and "origin not allowed" in refused.text, refused.text
        assert g.ask("/api/folders", login=None, headers=foreign) == []
        own = {**session, "Origin": g.server.grafana_url}
        g.ask("/api/folders", "POST", folder, login=None, headers=own)
        page = g.server.grafana("/logout", login=None, headers=session)
        assert page.status == 200, page.status  # the sign-in page that it leads to
        g.ask("/api/user", status=401, login=None, headers=session)
        # Bad tokens are refused, never passed over for something else.
        for token in ("glsa_" + "x" * 32 + "_00000000", "nonsense", ""):
            g.ask("/api/user", status=401, login=None, headers={"Authorization": "Bearer " + token})
        for _ in range(5):
            g.ask("/api/user", status=401, login="someone:wrong")
        log = (directory / "watchfire.log").read_text()
        assert "password=admin" not in log and "wrong" not in log


def people_and_their_roles():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        ed = g.ask("/api/admin/users", "POST", {"login": "ed", "email": "ed@example.org",
                                                "name": "Ed", "password": "longer-word"})
        again = {"login": "ed", "password": "longer-word"}
        g.ask("/api/admin/users", "POST", again, 412)
        found = g.ask("/api/users/lookup?loginOrEmail=ed@example.org")
        assert found["id"] == ed["id"], found
        keys_of(found, "uid", "email", "name", "login", "theme", "orgId", "isGrafanaAdmin")
        login = "ed:longer-word"
        assert g.ask("/api/user/orgs", login=login) == [
            {"orgId": 1, "name": "Main Org.", "role": "Viewer"}]
        g.ask("/api/dashboards/db", "POST", {"dashboard": {"title": "no"}}, 403, login=login)
        refused = g.ask("/api/admin/stats", status=403, login=login)
        keys_of(refused, "message", "title", "accessErrorId")
        g.ask(f"/api/org/users/{ed['id']}", "PATCH", {"role": "Editor"})
        g.ask("/api/dashboards/db", "POST", {"dashboard": {"title": "yes"}}, login=login)
        g.ask("/api/datasources", "POST", {"name": "x", "type": "prometheus"}, 403, login=login)
        wrong = {"oldPassword": "no", "newPassword": "another1", "confirmNew": "another1"}
        g.ask("/api/user/password", "PUT", wrong, 401, login=login)
        right = {**wrong, "oldPassword": "longer-word"}
        assert g.message("/api/user/password", "PUT", right, login=login) == "User password changed"
        g.ask("/api/user", status=401, login=login)
        login = "ed:another1"
        g.ask("/api/user/preferences", "PUT", {"theme": "light", "timezone": "utc"}, login=login)
        assert g.ask("/api/user/preferences", login=login)["timezone"] == "utc"
        assert g.ask("/api/user/preferences")["timezone"] == ""
        g.ask(f"/api/admin/users/{ed['id']}/disable", "POST")
        g.ask("/api/user", status=401, login=login)
        g.ask(f"/api/admin/users/{ed['id']}", "DELETE")
        g.ask(f"/api/users/{ed['id']}", status=404)
        # The last administrator stays.
        assert g.server.grafana("/api/admin/users/1", "DELETE").status >= 400
        assert g.ask("/api/user")["isGrafanaAdmin"]
        g.ask("/api/orgs", "POST", {"name": "Second"}, 403)
        assert [o["name"] for o in g.ask("/api/orgs")] == ["Main Org."]


def service_accounts_have_tokens():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        account = g.ask("/api/serviceaccounts", "POST", {"name": "ci", "role": "Editor"}, 201)
        tokens = f"/api/serviceaccounts/{account['id']}/tokens"
        made = g.ask(tokens, "POST", {"name": "deploy"})
        assert made["key"].startswith("glsa_") and len(made["key"]) == 46, made
        bearer = {"Authorization": "Bearer " + made["key"]}
        g.ask("/api/annotations", "POST", {"text": "v2", "tags": ["deployment"]}, login=None,
              headers=bearer)
        assert g.ask("/api/user", login="api_key:" + made["key"])["login"] == account["login"]
        g.ask("/api/admin/stats", status=403, login=None, headers=bearer)
        listed = g.ask(tokens)
        assert listed[0]["name"] == "deploy" and "key" not in listed[0], listed
        legacy = g.ask("/api/auth/keys", "POST", {"name": "old script", "role": "Viewer"})
        viewer = {"Authorization": "Bearer " + legacy["key"]}
        assert g.ask("/api/search", login=None, headers=viewer) == []
        g.ask("/api/folders", "POST", {"title": "no"}, 403, login=None, headers=viewer)
        g.ask(f"{tokens}/{made['id']}", "DELETE")
        g.ask("/api/search", status=401, login=None, headers=bearer)
        assert made["key"] not in (directory / "watchfire.log").read_text()
        assert made["key"].encode() not in (directory / "data/watchfire.db").read_bytes()


def dashboards_are_saved_with_versions():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        g.ask("/api/folders", "POST", {"title": "Team", "uid": "team"})
        saved = g.save({"title": "Shop", "uid": "shop", "tags": ["a", "b"], "panels": []},
                       folderUid="team", message="first")
        assert saved["status"] == "success" and saved["version"] == 1, saved
        assert saved["url"] == "/d/shop/shop" and saved["folderUid"] == "team", saved
        g.save({"title": "Shop", "uid": "shop", "version": 1, "tags": ["a"]}, message="second")
        late = g.save({"title": "Shop", "uid": "shop", "version": 1}, 412)
        assert late["status"] == "version-mismatch", late
        g.save({"title": "Shop", "uid": "shop", "version": 1, "tags": ["c"]}, overwrite=True)
        versions = g.ask("/api/dashboards/uid/shop/versions")["versions"]
        assert [(v["version"], v["message"]) for v in versions] == [
            (3, ""), (2, "second"), (1, "first")], versions
        first = g.ask("/api/dashboards/uid/shop/versions/1")
        assert first["data"]["tags"] == ["a", "b"], first
        restored = g.ask("/api/dashboards/uid/shop/restore", "POST", {"version": 1})
        assert restored["version"] == 4, restored
        shown = g.ask("/api/dashboards/uid/shop")
        assert shown["dashboard"]["tags"] == ["a", "b"], shown
        assert shown["meta"]["folderUid"] == "team" and shown["meta"]["canSave"], shown
        assert {t["term"] for t in g.ask("/api/dashboards/tags")} == {"a", "b"}
        assert g.save({"title": " "}, 400)["status"] == "empty-name"
        assert g.save({"title": "x"}, 404, folderUid="none")["status"] == "not-found"
        assert g.message("/api/dashboards/uid/none", status=404) == "Dashboard not found"
        gone = g.message("/api/dashboards/uid/shop", "DELETE")
        assert gone == "Dashboard Shop deleted", gone
        trash, = g.ask("/api/trash")
        g.ask(f"/api/trash/{trash['uid']}/restore", "POST", {"folderUid": "team"})
        assert len(g.ask("/api/dashboards/uid/shop/versions")["versions"]) >= 4


def folders_and_search():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        g.ask("/api/folders", "POST", {"title": "Outer", "uid": "outer"})
        inner = g.ask("/api/folders", "POST",
                      {"title": "Inner", "uid": "inner", "parentUid": "outer"})
        assert inner["parentUid"] == "outer", inner
        g.ask("/api/folders", "POST", {"title": "Outer"}, 409)
        for number in range(25):
            g.save({"title": f"Board {number:02}", "uid": f"b{number}",
                    "tags": ["even" if number % 2 == 0 else "odd"]},
                   folderUid="inner" if number < 5 else "")
        # What back-up scripts do: pages until one is empty.
        found, page = [], 1
        while hits := g.ask(f"/api/search/?type=dash-db&limit=10&page={page}"):
            found, page = found + [h["uid"] for h in hits], page + 1
        assert len(found) == len(set(found)) == 25 and page == 4, (found, page)
        assert len(g.ask("/api/search?tag=even")) == 13
        assert len(g.ask("/api/search?query=board+07")) == 1
        assert {h["uid"] for h in g.ask("/api/search?folderUIDs=inner")} == {
            "b0", "b1", "b2", "b3", "b4"}
        hit = g.ask("/api/search?dashboardUIDs=b1")[0]
        keys_of(hit, "id", "uid", "title", "uri", "url", "type", "tags", "isStarred", "folderUid")
        assert hit["folderTitle"] == "Inner" and hit["type"] == "dash-db", hit
        g.ask("/api/user/stars/dashboard/uid/b3", "POST")
        assert [h["uid"] for h in g.ask("/api/search?starred=true")] == ["b3"]
        backwards = g.ask("/api/search?type=dash-db&sort=alpha-desc&limit=1")
        assert backwards[0]["title"] == "Board 24", backwards
        assert g.ask("/api/folders/inner/counts")["dashboard"] == 5
        g.ask("/api/folders/inner/move", "POST", {"parentUid": ""})
        changed = g.ask("/api/folders/inner", "PUT", {"title": "Moved", "overwrite": True})
        assert changed["title"] == "Moved", changed
        g.ask("/api/folders/inner", "DELETE")
        g.ask("/api/dashboards/uid/b1", status=404)
        assert len(g.ask("/api/search?type=dash-db")) == 20


def imports_take_every_form():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        envelope = ENVELOPE.read_bytes()
        saved = g.ask("/api/dashboards/db", "POST", envelope)
        board = g.ask(f"/api/dashboards/uid/{saved['uid']}")["dashboard"]
        assert board["panels"] == json.loads(envelope)["dashboard"]["panels"], board
        g.ask(f"/api/dashboards/uid/{saved['uid']}", "DELETE")
        done = g.ask("/api/dashboards/import", "POST", envelope)
        assert done["imported"] and done["importedUrl"].startswith("/d/"), done
        shared = {"__inputs": [{"name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource",
                                "pluginId": "prometheus"}], "title": "Shared", "uid": "shared",
                  "panels": [{"type": "stat", "datasource": "${DS_PROMETHEUS}", "targets": [
                      {"expr": "up", "datasource": {"uid": "${DS_PROMETHEUS}"}}]}]}
        g.ask("/api/dashboards/import", "POST", {
            "dashboard": shared, "overwrite": True, "inputs": [
                {"name": "DS_PROMETHEUS", "type": "datasource", "pluginId": "prometheus",
                 "value": SOURCE["uid"]}]})
        text = json.dumps(g.ask("/api/dashboards/uid/shared")["dashboard"]["panels"])
        assert "DS_PROMETHEUS" not in text and SOURCE["uid"] in text, text
        answer = g.ask("/api/dashboards/uid/shared")  # an answer of the API saved as it is
        g.ask("/api/dashboards/db", "POST", {**answer, "overwrite": True})
        assert g.ask("/api/dashboards/uid/shared")["dashboard"]["version"] == 2
        everything = g.ask("/api/export")
        assert len(everything["dashboards"]) == 2, everything


def data_sources_are_kept_and_asked():
    with scene() as (directory, stack):
        g = with_app(stack, directory)
        own = f"http://127.0.0.1:{g.server.port}"
        made = g.ask("/api/datasources", "POST", {
            "name": "Second", "type": "prometheus", "access": "proxy", "url": own,
            "basicAuth": True, "basicAuthUser": "me", "jsonData": {"httpMethod": "POST"},
            "secureJsonData": {"basicAuthPassword": "hidden word"}})
        uid = made["datasource"]["uid"]
        assert made["message"] == "Datasource added", made
        g.ask("/api/datasources", "POST", {"name": "Second", "type": "prometheus"}, 409)
        listed = g.ask("/api/datasources/")
        assert [s["name"] for s in listed] == ["Prometheus", "Second"], listed
        full = g.ask(f"/api/datasources/uid/{uid}")
        assert full["secureJsonFields"] == {"basicAuthPassword": True}, full
        assert g.ask("/api/datasources/name/Second") == full
        assert g.ask(f"/api/datasources/{full['id']}") == full
        changed = g.ask(f"/api/datasources/uid/{uid}", "PUT", {**full, "jsonData": {"a": 1}})
        assert changed["datasource"]["secureJsonFields"] == {"basicAuthPassword": True}, changed
        assert g.ask(f"/api/datasources/uid/{uid}/health")["status"] == "OK"
        for kind in (f"proxy/uid/{uid}", f"uid/{uid}/resources", f"proxy/{full['id']}"):
            answer = g.ask(f"/api/datasources/{kind}/api/v1/query?query=shop_open")
            assert answer["data"]["result"][0]["value"][1] == "1", answer
        form = g.server.grafana(f"/api/datasources/proxy/uid/{uid}/api/v1/query", "POST",
                                b"query=shop_open", headers={
                                    "Content-Type": "application/x-www-form-urlencoded"})
        assert form.json["status"] == "success", form.text
        names = g.ask(f"/api/datasources/uid/{uid}/resources/api/v1/label/region/values")
        assert names["data"] == ["north", "south"], names
        for path in ("api/v1/admin/tsdb/delete_series?match[]=up", "-/quit", "api/v1/write"):
            refused = g.server.grafana(f"/api/datasources/proxy/uid/{uid}/{path}", "POST", b"")
            assert refused.status in (403, 404), (path, refused.status)
        g.ask("/api/datasources", "POST", {"name": "Gone", "uid": "gone", "type": "prometheus",
                                           "url": "http://127.0.0.1:1"})
        sick = g.ask("/api/datasources/uid/gone/health", status=400)
        assert sick["status"] == "ERROR" and "refused" in sick["message"], sick
        dead = g.query({"expr": "up", "datasource": {"uid": "gone"}}, status=400)
        assert "refused" in dead["A"]["error"], dead
        assert "hidden word" not in g.server.grafana("/api/export").text
        assert b"hidden word" not in (directory / "data/watchfire.db").read_bytes()
        assert g.message(f"/api/datasources/uid/{uid}", "DELETE") == "Data source deleted"
        assert g.message(f"/api/datasources/uid/{uid}", status=404) == "Data source not found"


def queries_expressions_and_errors():
    with scene() as (directory, stack):
        g = with_app(stack, directory)
        results = g.query(
            {"expr": "shop_orders_total", "legendFormat": "{{region}}"},
            {"refId": "B", "expr": "sum(shop_orders_total)", "instant": True, "range": False},
            {"refId": "C", "datasource": {"uid": "__expr__"}, "type": "reduce", "expression": "A",
             "reducer": "last"},
            {"refId": "D", "datasource": {"uid": "__expr__"}, "type": "math",
             "expression": "$B + 0.5"},
            {"refId": "E", "datasource": {"uid": "__expr__"}, "type": "threshold", "expression": "C",
             "conditions": [{"evaluator": {"type": "gt", "params": [6]}}]})
        assert list(results) == ["A", "B", "C", "D", "E"], list(results)
        frames = results["A"]["frames"]
        assert [f["schema"]["fields"][1]["config"]["displayNameFromDS"] for f in frames] == [
            "north", "south"], frames
        keys_of(frames[0]["schema"]["meta"], "type", "custom", "executedQueryString")
        assert frames[1]["data"]["values"][1][-1] == 7, frames[1]
        assert results["D"]["frames"][0]["data"]["values"][-1] == [12.5], results["D"]
        levels = {json.dumps(f["schema"]["fields"][-1]["labels"]): f["data"]["values"][-1][0]
                  for f in results["E"]["frames"]}
        assert sorted(levels.values()) == [0, 1], levels
        missing = g.query({"expr": "histogram_quantile(0.95, no_such_histogram)"})["A"]
        assert missing["status"] == 200, missing
        assert not any(f["data"]["values"] and f["data"]["values"][0] for f in missing["frames"])
        wrong = g.query({"expr": "topk(3, rate(x[5m]) by (model))"}, {"refId": "B", "expr": "up"},
                        status=400)
        assert "1:21: parse error" in wrong["A"]["error"], wrong
        assert wrong["B"]["status"] == 200 and wrong["B"]["frames"], wrong
        infinite = g.query({"expr": "vector(1) / 0", "instant": True, "range": False})["A"]
        values = infinite["frames"][0]["data"]
        assert values["values"][1] == [None] and values["entities"][1]["Inf"] == [0], values
        circle = g.query({"datasource": {"uid": "__expr__"}, "type": "math", "expression": "$A"},
                         status=400)
        assert circle["A"]["error"], circle
        why = g.ask("/api/ds/why-no-data", "POST", {"from": "now-5m", "to": "now", "queries": [
            {"refId": "A", "datasource": SOURCE, "expr": "shop_order_total"},
            {"refId": "B", "datasource": SOURCE, "expr": 'shop_orders_total{region="nort"}'},
            {"refId": "C", "datasource": SOURCE, "expr": "sum(shop_orders_total"}]})["results"]
        kinds = [why[ref]["reasons"][0]["kind"] for ref in "ABC"]
        assert kinds == ["unknown_metric", "label_mismatch", "query_error"], why
        assert why["A"]["reasons"][0]["suggestion"] == "shop_orders_total", why["A"]


def annotations_snapshots_and_links():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        g.save({"title": "Shop", "uid": "shop"})
        note = g.ask("/api/annotations", "POST", {
            "dashboardUID": "shop", "panelId": 2, "time": 1000, "timeEnd": 2000, "tags": ["deploy"],
            "text": "<b>v1</b>"})
        g.ask("/api/annotations", "POST", {"text": "night", "tags": ["incident", "deploy"]})
        g.ask("/api/annotations/graphite", "POST", {"what": "old", "tags": "a b", "data": "x"})
        g.ask("/api/annotations", "POST", {"tags": ["x"]}, 400)
        assert len(g.ask("/api/annotations?tags=deploy&tags=incident")) == 1
        assert len(g.ask("/api/annotations?tags=deploy&tags=a&matchAny=true")) == 3
        one, = g.ask("/api/annotations?dashboardUID=shop&from=500&to=1500")
        assert one["id"] == note["id"] and one["timeEnd"] == 2000, one
        g.ask(f"/api/annotations/{note['id']}", "PATCH", {"text": "v1.1"})
        assert g.ask(f"/api/annotations/{note['id']}")["text"] == "v1.1"
        tags = {t["tag"]: t["count"] for t in g.ask("/api/annotations/tags")["result"]["tags"]}
        assert tags["deploy"] == 2, tags
        g.ask(f"/api/annotations/{note['id']}", "DELETE")
        g.ask(f"/api/annotations/{note['id']}", status=404)
        body = {"name": "frozen", "expires": 3600, "dashboard": {
            "title": "Frozen", "panels": [{"type": "stat", "snapshotData": [{"fields": []}]}]}}
        snapshot = g.ask("/api/snapshots", "POST", body)
        keys_of(snapshot, "key", "deleteKey", "url", "deleteUrl", "id")
        shown = g.ask(f"/api/snapshots/{snapshot['key']}", login=None)
        assert shown["meta"]["isSnapshot"] and not shown["meta"]["canSave"], shown["meta"]
        assert shown["dashboard"]["panels"] == body["dashboard"]["panels"], shown
        listed, = g.ask("/api/dashboard/snapshots")
        assert listed["name"] == "frozen" and "deleteKey" not in listed, listed
        for key in ("..%2f..%2fetc%2fpasswd", "'; DROP TABLE snapshots; --", "%00", "x" * 5000,
                    snapshot["key"][:-1], "*", "%25"):
            path = "/api/snapshots/" + urllib.parse.quote(key, safe="%")
            status = g.server.grafana(path, login=None).status
            assert status in (400, 404, 414), (key, status)
        short = {**body, "key": "short", "deleteKey": "short"}
        assert g.server.grafana("/api/snapshots", "POST", short).status == 400
        g.ask(f"/api/snapshots-delete/{snapshot['deleteKey']}", login=None)
        g.ask(f"/api/snapshots/{snapshot['key']}", status=404, login=None)
        link = g.ask("/api/short-urls", "POST", {"path": "d/shop/shop?from=now-1h"})
        assert link["uid"] and "/goto/" in link["url"], link
        g.ask("/api/short-urls", "POST", {"path": "http://evil.example.org/x"}, 400)
        other = g.ask("/api/short-urls", "POST", {"path": "//evil.example.org/x"})
        for uid, target in ((link["uid"], "/d/shop/shop?from=now-1h"),
                            (other["uid"], "/evil.example.org/x")):
            place = f"{g.server.grafana_url}/goto/{uid}"
            found = redirect(place, "-u", "admin:admin").replace("admin:admin@", "")
            assert found == g.server.grafana_url + target, (found, target)
            found = redirect(place)
            assert found == f"{g.server.grafana_url}/login?redirectTo=%2Fgoto%2F{uid}", found
        picture = g.server.grafana("/render/d-solo/shop/shop?panelId=1")
        assert picture.status == 501 and "/d-solo/shop/shop" in picture.text, picture.text


RULE = {"uid": "closed", "title": "Shop is closed", "ruleGroup": "shop", "folderUID": "team",
        "condition": "B", "for": "2m", "noDataState": "NoData", "execErrState": "Error",
        "labels": {"team": "shop"}, "annotations": {"summary": "closed"}, "data": [
            {"refId": "A", "datasourceUid": SOURCE["uid"], "relativeTimeRange": {"from": 600,
                                                                               "to": 0},
             "model": {"refId": "A", "expr": "shop_open", "instant": True}},
            {"refId": "B", "datasourceUid": "__expr__", "model": {
                "refId": "B", "type": "classic_conditions", "conditions": [
                    {"evaluator": {"type": "lt", "params": [1]}, "operator": {"type": "and"},
                     "query": {"params": ["A"]}, "reducer": {"type": "last"}}]}}]}


def alerting_is_provisioned_by_api():
    with scene() as (directory, stack):
        g = with_app(stack, directory)
        base = "/api/v1/provisioning"
        g.ask("/api/folders", "POST", {"title": "Team", "uid": "team"})
        made = g.ask(base + "/alert-rules", "POST", RULE, 201)
        assert made["uid"] == "closed" and made["for"] == "2m", made
        group = g.ask(base + "/folder/team/rule-groups/shop")
        assert group["interval"] == 60 and len(group["rules"]) == 1, group
        group["interval"] = 30
        g.ask(base + "/folder/team/rule-groups/shop", "PUT", group)
        assert g.ask(base + "/folder/team/rule-groups/shop")["interval"] == 30
        again = g.ask(base + "/alert-rules/closed")
        for key in ("title", "condition", "labels", "annotations", "folderUID", "ruleGroup"):
            assert again[key] == RULE[key], (key, again)
        point = g.ask(base + "/contact-points", "POST", {
            "name": "hook", "type": "webhook", "uid": "hook1", "settings": {
                "url": "http://127.0.0.1:1/x", "password": "secret word", "username": "me"}}, 202)
        assert point["uid"] == "hook1", point
        kept = next(p for p in g.ask(base + "/contact-points") if p["uid"] == "hook1")
        assert kept["settings"]["password"] == "[REDACTED]", kept
        g.ask(base + "/policies", "PUT", {"receiver": "hook", "group_by": ["alertname"], "routes": [
            {"receiver": "hook", "object_matchers": [["team", "=", "shop"]]}]}, 202)
        policies = g.ask(base + "/policies")
        assert policies["receiver"] == "hook" and len(policies["routes"]) == 1, policies
        g.ask(base + "/mute-timings", "POST", {"name": "nights", "time_intervals": [
            {"times": [{"start_time": "22:00", "end_time": "24:00"}]}]}, 201)
        for kind, word in (("alert-rules", "Shop is closed"), ("contact-points", "hook1"),
                           ("policies", "shop"), ("mute-timings", "nights")):
            text = g.server.grafana(f"{base}/{kind}/export?format=yaml").text
            assert text.startswith("apiVersion: 1") and word in text, (kind, text)
            assert "secret word" not in text, text
        # Grafana's own words for a rule's state, and one list of all rules.
        def evaluated():
            groups = g.ask("/api/prometheus/grafana/api/v1/rules")["data"]["groups"]
            return groups and groups[0]["rules"][0]["health"] == "ok" and groups[0]
        shown = wait_for("an evaluation", evaluated)
        assert shown["folderUid"] == "team" and shown["rules"][0]["state"] == "inactive", shown
        listed = next(r for r in g.ask("/api/alerting/overview") if r["uid"] == "closed")
        assert listed["sentence"].startswith("WHEN last() OF"), listed
        trial = {**RULE, "data": [{**RULE["data"][0], "model": {"expr": "shop_open * 0",
                                                               "instant": True}}, RULE["data"][1]]}
        preview = g.ask("/api/alerting/preview", "POST", {"rule": trial})
        assert len(preview["instances"]) == 1 and not preview["error"], preview
        tried = g.ask("/api/v1/eval", "POST", {"data": RULE["data"], "condition": "B"})
        assert tried["results"]["B"]["frames"], tried
        history = g.ask("/api/v1/rules/history?ruleUID=closed")
        keys_of(history, "schema", "data")
        g.ask("/api/v1/unheard-of", status=404)
        wrong = {**RULE, "uid": "other", "title": "other", "condition": "Z"}
        g.ask(base + "/alert-rules", "POST", wrong, 400)
        g.ask(base + "/contact-points/hook1", "DELETE", status=409)
        g.ask(base + "/policies", "DELETE", status=202)
        g.ask(base + "/contact-points/hook1", "DELETE", status=202)
        g.ask(base + "/alert-rules/closed", "DELETE", status=204)
        g.ask(base + "/alert-rules/closed", status=404)


def provisioning_is_read_again_when_asked():
    with scene() as (directory, stack):
        files = directory / "provisioning"
        for kind in ("datasources", "dashboards", "alerting"):
            (files / kind).mkdir(parents=True)
        source = files / "datasources/source.yml"
        source.write_text("apiVersion: 1\ndatasources:\n  - {name: One, type: prometheus, "
                          "url: 'http://$HOST:1', uid: one}\n")
        (files / "datasources/broken.yml").write_text("apiVersion: 1\ndatasources:\n  - [nonsense\n")
        g = Grafana(stack, directory, environment={"GF_PATHS_PROVISIONING": str(files),
                                                   "HOST": "example.org"})
        assert g.ask("/api/datasources/uid/one")["url"] == "http://example.org:1"
        problem, = g.ask("/api/admin/provisioning/problems")
        assert problem["file"].endswith("broken.yml") and problem["line"] >= 3, problem
        assert "broken.yml" in (directory / "watchfire.log").read_text()
        one = g.ask("/api/datasources/uid/one")
        g.ask("/api/datasources/uid/one", "PUT", {**one, "url": "http://x"}, 403)
        g.ask("/api/datasources/uid/one", "DELETE", status=403)
        (files / "datasources/broken.yml").unlink()
        source.write_text(source.read_text().replace(":1'", ":2'"))
        said = g.ask("/api/admin/provisioning/datasources/reload", "POST")
        assert said == {"message": "Datasources config reloaded", "problems": []}, said
        assert g.ask("/api/datasources/uid/one")["url"] == "http://example.org:2"
        (files / "alerting/points.yml").write_text(
            "apiVersion: 1\ncontactPoints:\n  - name: files\n    receivers:\n      - {uid: f1, "
            "type: webhook, settings: {url: 'http://127.0.0.1:1'}}\n")
        g.ask("/api/admin/provisioning/alerting/reload", "POST", status=202)
        points = g.ask("/api/v1/provisioning/contact-points?name=files")
        assert points[0]["provenance"] == "file", points
        for kind in ("dashboards", "plugins", "access-control"):
            g.ask(f"/api/admin/provisioning/{kind}/reload", "POST")
        g.ask("/api/admin/provisioning/dashboards/reload", "POST", status=401, login=None)


def bad_input_is_refused():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        deep = b'{"dashboard":{"title":"deep","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
        big = json.dumps({"dashboard": {"title": "big", "x": "y" * 10_000_000}}).encode()
        for body in (b"", b"{", b"nope", b"[]", b"null", b'"text"', b'{"dashboard":[]}',
                     b'{"dashboard":{"title":7}}', b"\xff\xfe\x00", deep, big):
            answer = g.server.grafana("/api/dashboards/db", "POST", body)
            assert 400 <= answer.status < 500 and answer.json["message"], (body[:40], answer.status)
        for path in ("/api/folders", "/api/datasources", "/api/ds/query", "/api/annotations",
                     "/api/snapshots", "/api/serviceaccounts", "/api/admin/users", "/login",
                     "/api/dashboards/import", "/api/v1/provisioning/alert-rules",
                     "/api/v1/provisioning/contact-points", "/api/alerting/preview",
                     "/api/ds/why-no-data", "/api/playlists", "/api/library-elements"):
            for body in (b"", b"{", b"[1,2", b'{"a":', b"null", b"[[[]]]", b'{"uid":{}}',
                         deep[33:200_033]):
                answer = g.server.grafana(path, "POST", body)
                assert 400 <= answer.status < 500, (path, body[:20], answer.status, answer.text)
        for path in ("/api/dashboards/uid/..%2f..%2fetc%2fpasswd", "/api/folders/%2e%2e",
                     "/api/dashboards/uid/" + "x" * 4000, "/public/../../etc/passwd",
                     "/api/datasources/uid/%00", "/api/datasources/99999999999999999999",
                     "/api/users/-1", "/api/annotations/abc", "/assets/%2e%2e/%2e%2e/etc/passwd"):
            answer = g.server.grafana(path)
            assert 400 <= answer.status < 500 and "root:" not in answer.text, (path, answer.status)
        for uid in ("../x", "a/b", "a b", "x" * 41, "<script>"):
            answer = g.server.grafana("/api/dashboards/db", "POST",
                                      {"dashboard": {"title": "t", "uid": uid}})
            assert answer.status == 400, (uid, answer.status, answer.text)
        # Hostile texts are kept as they are, and are JSON on the way out.
        evil = "</script><script>alert(1)</script>\u2028\U0001f525"
        saved = g.save({"title": evil, "panels": [{"type": "text", "options": {"content": evil}}]})
        assert g.ask(f"/api/dashboards/uid/{saved['uid']}")["dashboard"]["title"] == evil
        page = g.server.grafana(f"/d/{saved['uid']}")
        assert "alert(1)" not in page.text, page.text[:500]
        ranges = ({"from": "then", "to": "now"}, {"from": "now", "to": "now-1h"}, {},
                  {"from": "now-1000000y", "to": "now"})
        for span in ranges:
            body = {**span, "queries": [{"refId": "A", "datasource": SOURCE, "expr": "up"}]}
            answer = g.server.grafana("/api/ds/query", "POST", body)
            assert answer.status in (200, 400), (span, answer.status, answer.text)
        many = [{"refId": f"A{i}", "datasource": SOURCE, "expr": "up"} for i in range(20_000)]
        answer = g.server.grafana("/api/ds/query", "POST", {"from": "now-1m", "to": "now",
                                                            "queries": many})
        assert answer.status in (200, 400), answer.status
        assert g.ask("/api/health", login=None)["database"] == "ok"


def content(g):
    """Everything that must be the same after a restart."""
    boards = sorted(h["uid"] for h in g.ask("/api/search?type=dash-db&limit=5000"))
    return {
        "dashboards": [g.ask(f"/api/dashboards/uid/{uid}")["dashboard"] for uid in boards],
        "folders": g.ask("/api/folders"), "sources": g.ask("/api/datasources"),
        "annotations": g.ask("/api/annotations"), "stars": g.ask("/api/user/stars"),
        "rules": g.ask("/api/v1/provisioning/alert-rules"),
        "accounts": g.ask("/api/serviceaccounts/search")["serviceAccounts"],
        "preferences": g.ask("/api/org/preferences")}


def a_restart_and_a_tar_keep_everything():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        g.ask("/api/folders", "POST", {"title": "Team", "uid": "team"})
        for number in range(5):
            g.save({"title": f"B{number}", "uid": f"b{number}"}, folderUid="team")
        g.ask("/api/user/stars/dashboard/uid/b1", "POST")
        g.ask("/api/annotations", "POST", {"text": "note", "tags": ["t"]})
        g.ask("/api/v1/provisioning/alert-rules", "POST", RULE, 201)
        account = g.ask("/api/serviceaccounts", "POST", {"name": "ci", "role": "Viewer"}, 201)
        token = g.ask(f"/api/serviceaccounts/{account['id']}/tokens", "POST", {"name": "t"})["key"]
        g.ask("/api/datasources", "POST", {"name": "S", "type": "prometheus", "url": "http://x:1",
                                           "secureJsonData": {"basicAuthPassword": "p"}})
        g.ask("/api/org/preferences", "PUT", {"theme": "light", "timezone": "utc"})
        before = content(g)
        # What the guides call a back-up: tar of the volume while somebody is saving.
        ended = threading.Event()

        def keep_saving():
            while not ended.is_set():
                g.save({"title": "Busy", "uid": "busy"}, overwrite=True)
        saver = threading.Thread(target=keep_saving)
        saver.start()
        subprocess.run(["tar", "czf", directory / "backup.tar.gz", "-C", directory / "data", "."],
                       stderr=subprocess.DEVNULL, timeout=60)  # "file changed as we read it" is 1
        ended.set()
        saver.join()
        g.ask("/api/dashboards/uid/busy", "DELETE")
        g.server.stop()
        g.server.start()
        assert content(g) == before
        bearer = {"Authorization": "Bearer " + token}
        g.ask("/api/search", login=None, headers=bearer)
        restored = directory / "restored"
        (restored / "data").mkdir(parents=True)
        subprocess.run(["tar", "xzf", directory / "backup.tar.gz", "-C", restored / "data"],
                       check=True, timeout=60)
        copy = Grafana(stack, restored)
        after = content(copy)
        after["dashboards"] = [d for d in after["dashboards"] if d["uid"] != "busy"]
        own = {"sources"}  # the address of the first one is this server's
        for key in set(before) - own:
            assert after[key] == before[key], key
        copy.ask("/api/search", login=None, headers=bearer)


def nothing_acknowledged_is_lost_by_a_kill():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        saved = {}
        for life in range(4):
            ended = threading.Event()

            def keep_saving(writer, start=life * 1000):
                for number in range(start, start + 1000):
                    uid = f"w{writer}n{number % 7}"
                    try:
                        answer = g.server.grafana("/api/dashboards/db", "POST", {
                            "dashboard": {"title": uid, "uid": uid, "count": number},
                            "overwrite": True})
                    except OSError:
                        return
                    if answer.status != 200 or ended.is_set():
                        return
                    saved[uid] = number
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                for writer in range(3):
                    pool.submit(keep_saving, writer)
                goal = len(saved) + 5 if life == 0 else 0
                wait_for("some saves", lambda: len(saved) >= goal)
                time.sleep(0.05 * (life + 1))  # each life is killed at another moment
                g.server.kill()
                ended.set()
            g.server.start()
            for uid, number in saved.items():
                kept = g.ask(f"/api/dashboards/uid/{uid}")["dashboard"]["count"]
                assert kept >= number, (uid, kept, number)
        assert len(saved) >= 5, saved
        assert "corrupt" not in (directory / "watchfire.log").read_text()


def curl(*arguments):
    done = subprocess.run(["curl", "-sS", "--max-time", "20", *arguments], capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 0, (arguments, done)
    return done.stdout


def redirect(url, *arguments):
    return curl("-o", "/dev/null", "-w", "%{redirect_url}", *arguments, url)


def the_curl_lines_of_the_guides():
    with scene() as (directory, stack):
        g = Grafana(stack, directory)
        url = g.server.grafana_url
        assert '"database": "ok"' in curl(url + "/api/health")
        assert json.loads(curl(url + "/api/datasources"))["message"] == "Unauthorized"
        named, = json.loads(curl("-u", "admin:admin", url + "/api/datasources"))
        assert named["name"] == "Prometheus", named
        page = curl("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", url + "/datasources")
        assert page == f"302 {url}/login?redirectTo=%2Fdatasources", page
        # Without -H, curl calls JSON a form; people write it so all the same.
        saved = json.loads(curl("-u", "admin:admin", "-d", f"@{ENVELOPE}",
                                url + "/api/dashboards/db"))
        assert saved["status"] == "success", saved
        noted = curl("-u", "admin:admin", "-d", '{"text": "v1.4", "tags": ["deployment"]}',
                     url + "/api/annotations")
        assert json.loads(noted)["message"] == "Annotation added", noted
        changed = curl("-u", "admin:admin", "-X", "PUT", "-H", "Content-Type: application/json",
                       "-d", '{"password": "stronger one"}', url + "/api/admin/users/1/password")
        assert json.loads(changed)["message"] == "User password updated", changed
        assert json.loads(curl("-u", "admin:stronger one", url + "/api/org"))["id"] == 1
        # The other two faces answer on the same port, to whom may ask.
        up = curl("-u", "admin:stronger one", url + "/api/v1/query?query=vector(1)")
        assert json.loads(up)["status"] == "success", up
        assert json.loads(curl(url + "/api/v1/query?query=1"))["message"] == "Unauthorized"


if __name__ == "__main__":
    harness.main([signing_in_and_out, people_and_their_roles, service_accounts_have_tokens,
                  dashboards_are_saved_with_versions, folders_and_search, imports_take_every_form,
                  data_sources_are_kept_and_asked, queries_expressions_and_errors,
                  annotations_snapshots_and_links, alerting_is_provisioned_by_api,
                  provisioning_is_read_again_when_asked, bad_input_is_refused,
                  a_restart_and_a_tar_keep_everything, nothing_acknowledged_is_lost_by_a_kill,
                  the_curl_lines_of_the_guides])
