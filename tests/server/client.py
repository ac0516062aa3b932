# SPDX-License-Identifier: Apache-2.0
"""Starts the program on a folder of its own and speaks to it, with the standard library alone."""
import base64
import hashlib
import http.client
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time
import uuid


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()
        self.type = self.headers.get("content-type", "")

    def json(self):
        return json.loads(self.body)


def eventually(check, seconds=60):
    """What `check` answers once that is true, or last: for what a server does in its own time."""
    until = time.monotonic() + seconds
    while True:
        try:
            found = check()
        except (OSError, http.client.HTTPException):  # no place for this connection yet
            if time.monotonic() > until:
                raise
            found = None
        if found or time.monotonic() > until:
            return found
        time.sleep(0.05)


class Server:
    """The program serving a folder; `start` and `stop` may be called again and again."""

    def __init__(self, program, folder, *options):
        self.program, self.folder, self.options = str(program), pathlib.Path(folder), options
        self.books = self.folder / "books"
        self.process = None
        self.log = self.folder / "log"
        self.keys = {}
        self.opened = []

    def cli(self, *arguments, code=0, timeout=120):
        done = subprocess.run([self.program, "--books", str(self.books), *arguments],
                              capture_output=True, text=True, timeout=timeout)
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

    def websocket(self, who="root", **more):
        """An open session; `who` None: connected, and nothing said yet."""
        opened = WebSocket(self.port, **more)
        self.opened.append(opened)
        if who is not None:
            opened.must("session.open", {"key": self.keys[who]})
        return opened


class Closed(Exception):
    """The server has closed the socket: with a code, or (None) without a word."""

    def __init__(self, code, reason=""):
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class Refused(Exception):
    """An error object instead of a result."""

    def __init__(self, error):
        super().__init__(error)
        self.error, self.problem = error, error.get("data", {})


class WebSocket:
    """RFC 6455 and JSON-RPC 2.0, written from the standards and sharing nothing with the server."""

    def __init__(self, port, headers=None, timeout=30, path="/v1/ws", receive_buffer=None):
        self.wire = socket.socket()
        if receive_buffer:
            self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.wire.settimeout(timeout)
        self.wire.connect(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        sent = {"Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
                "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"} | (headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value is not None)
        self.wire.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self.bytes = b""
        while b"\r\n\r\n" not in self.bytes:
            self.bytes += self.read()
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        self.head = head.decode()
        self.status = int(self.head.split(" ")[1])
        self.notes = []
        self.next_id = 0
        if self.status == 101:
            accept = base64.b64encode(hashlib.sha1(
                (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
            assert f"Sec-WebSocket-Accept: {accept}" in self.head, self.head

    def close(self):
        self.wire.close()

    def read(self):
        got = self.wire.recv(65536)
        if not got:
            raise Closed(None)
        return got

    def send_frame(self, payload, opcode=1, is_last=True, reserved=0, is_masked=True, size=None):
        size = len(payload) if size is None else size
        head = bytes([(0x80 if is_last else 0) | reserved << 4 | opcode])
        mask_bit = 0x80 if is_masked else 0
        if size < 126:
            head += bytes([mask_bit | size])
        elif size < 65536:
            head += bytes([mask_bit | 126]) + struct.pack(">H", size)
        else:
            head += bytes([mask_bit | 127]) + struct.pack(">Q", size)
        mask = os.urandom(4)
        if is_masked:
            wide = int.from_bytes((mask * (len(payload) // 4 + 1))[:len(payload)], "big")
            payload = (int.from_bytes(payload, "big") ^ wide).to_bytes(len(payload), "big")
            head += mask
        self.wire.sendall(head + payload)

    def take(self, count):
        while len(self.bytes) < count:
            self.bytes += self.read()
        part, self.bytes = self.bytes[:count], self.bytes[count:]
        return part

    def frame(self):
        """(opcode, payload) of the next frame, whatever it is."""
        first, second = self.take(2)
        assert first & 0x80 and not first & 0x70 and not second & 0x80, (first, second)
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.take(8))[0]
        return first & 0x0F, self.take(size)

    def message(self):
        """The next message; pings are answered, a close is raised."""
        while True:
            opcode, payload = self.frame()
            if opcode == 1:
                return json.loads(payload)
            if opcode == 9:
                self.send_frame(payload, 10)
            elif opcode == 8:
                code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                raise Closed(code, payload[2:].decode())

    def send(self, method, params=None, **more):
        self.next_id += 1
        call = {"jsonrpc": "2.0", "id": self.next_id, "method": method}
        if params is not None:
            call["params"] = params
        self.send_frame(json.dumps(call | more).encode())
        return self.next_id

    def answer(self, call_id):
        """The answer to a call; notifications on the way are kept in `notes`."""
        while True:
            message = self.message()
            if "method" in message:
                self.notes.append(message)
            else:
                assert message["id"] == call_id, (message, call_id)
                return message

    def must(self, method, params=None):
        answer = self.answer(self.send(method, params))
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def note(self, method=None):
        """The next notification, of this method if one is named."""
        while True:
            note = self.notes.pop(0) if self.notes else self.message()
            assert "method" in note, note
            if method in (None, note["method"]):
                return note["params"]
