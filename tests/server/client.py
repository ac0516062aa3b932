# SPDX-License-Identifier: Apache-2.0
"""Starts the program on a folder of its own and speaks to it, with the standard library alone."""
import http.client
import json
import pathlib
import signal
import subprocess
import uuid


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()
        self.type = self.headers.get("content-type", "")

    def json(self):
        return json.loads(self.body)


class Server:
    """The program serving a folder; `start` and `stop` may be called again and again."""

    def __init__(self, program, folder, *options):
        self.program, self.folder, self.options = str(program), pathlib.Path(folder), options
        self.books = self.folder / "books"
        self.process = None
        self.log = self.folder / "log"
        self.keys = {}
        self.opened = []

    def cli(self, *arguments, code=0):
        done = subprocess.run([self.program, "--books", str(self.books), *arguments],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if code == 0 and done.stdout.startswith("{") else done.stdout

    def found(self):
        self.cli("init", str(self.books), "--venue", "demo", "--root", "root")
        for role in ("admin", "operator", "approver", "auditor"):
            self.cli("principal", "create", "--code", role, "--roles", role)
        for who in ("root", "admin", "operator", "approver", "auditor"):
            self.keys[who] = self.cli("api-key", "create", "--principal", who)["key"]

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "--books", str(self.books), "serve", "--listen", "127.0.0.1:0",
                 *self.options], stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline().strip()
        assert line.startswith("http"), (line, self.log.read_text())
        self.url = line
        self.port = int(line.rsplit(":", 1)[1])
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        for connection in self.opened:
            connection.close()
        self.opened.clear()
        return code

    def connect(self):
        """A connection that lasts; stop() closes it where nobody has."""
        self.opened.append(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60))
        return self.opened[-1]

    def call(self, method, path, body=None, who="root", key=None, headers=None, connection=None):
        """`who` is a principal, or None for nobody; `key` the idempotency key, drawn for a POST."""
        sent = dict(headers or {})
        if who is not None:
            sent["Authorization"] = "Bearer " + self.keys[who]
        if method == "POST" and key is None:
            key = str(uuid.uuid4())
        if key:
            sent["Idempotency-Key"] = key
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            own.request(method, path, body, sent)
            return Answer(own.getresponse())
        finally:
            if connection is None:
                own.close()

    def must(self, path, body, who="root", **more):
        answer = self.call("POST", path, body, who, **more)
        assert answer.status == 200, (path, answer.status, answer.body)
        return answer.json()

    def seed(self):
        """An asset, a pool, and three accounts in it."""
        self.must("/v1/asset/create", {"code": "USD", "scale": 2})
        self.must("/v1/pool/create", {"code": "main", "activity": "tests", "regime": "house"})
        self.must("/v1/pool/attach-agreement",
                  {"pool": "main", "title": "Deed", "document": "0" * 64, "parties": ["x"],
                   "law": "none", "effective": "2026-01-01"})
        self.must("/v1/pool/activate", {"pool": "main"})
        self.must("/v1/account/create", {"accounts": [
            {"id": str(number), "pool": "main", "asset": "USD", "class": "general",
             "owner_class": "house", "owner": "7", "code": 1} for number in (1, 2, 3)]})

    def transfer(self, number, amount="1.00"):
        return {"transfers": [{"id": str(number), "debit_account": "1", "credit_account": "2",
                               "amount": amount, "pool": "main", "asset": "USD", "code": 1}]}
