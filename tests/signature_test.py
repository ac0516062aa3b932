#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Signed commands from outside: what is signed is what docs/guides/access.md says, by a verifier of
our own and by OpenSSL; each refusal has its name; a key may be where no books are.

    signature_test.py PROGRAM [TEST...]
"""
import datetime
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import ed25519_oracle

PROGRAM = pathlib.Path()
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def nanoseconds(text):
    whole, _, rest = text.rstrip("Z").partition(".")
    moment = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc)
    seconds = int((moment - EPOCH).total_seconds())
    return seconds * 10**9 + int((rest or "0").ljust(9, "0"))


def text_bytes(text):
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("<I", len(data)) + data


def statement(books, command, principal, operation, version, time, not_after, key, content,
              subject=b""):
    """The bytes under a signature, from the guide."""
    return (text_bytes("cofferdam command") + b"\x01" + bytes.fromhex(books)
            + int(command, 0).to_bytes(16, "little") + struct.pack("<IHH", principal, operation,
                                                                version)
            + (b"\x00" if time is None else struct.pack("<Bq", 1, nanoseconds(time)))
            + struct.pack("<q", nanoseconds(not_after)) + bytes.fromhex(key) + text_bytes(content)
            + text_bytes(subject))


def asset_bytes(code, scale, description=""):
    return text_bytes(code) + struct.pack("<B", scale) + text_bytes(description)


class Signatures(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.books = self.folder / "books"
        self.number = 0
        self.second = 0
        self.give("init", str(self.books), "--venue", "demo", "--root", "root", "--time-source",
                  "given")
        self.keys = {}
        for name in ("root", "ann", "bob"):
            if name != "root":
                self.give("principal", "create", "--code", name, "--roles", "operator,admin")
            self.keys[name] = self.new_key(name)
        self.register("root", "root")

    def tearDown(self):
        if self.books.exists():
            self.assertEqual(self.run_cli("verify")["verdict"], "good")
        self.temporary.cleanup()

    def raw(self, *arguments, text=None, books=True):
        head = [str(PROGRAM)] + (["--books", str(self.books)] if books else [])
        return subprocess.run([*head, *arguments], capture_output=True, text=True, input=text,
                              timeout=120)

    def run_cli(self, *arguments, code=0, **more):
        done = self.raw(*arguments, **more)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return json.loads(done.stdout or done.stderr)

    def time(self):
        self.second += 1
        return f"2026-01-01T00:{self.second // 60:02}:{self.second % 60:02}Z"

    def give(self, *arguments, code=0, **more):
        self.number += 1
        return self.run_cli(*arguments, "--command-id", str(self.number), "--command-time",
                            self.time(), code=code, **more)

    def new_key(self, name):
        return self.run_cli("key", "generate", str(self.folder / name), books=False)["public_key"]

    def register(self, who, name, signer="root"):
        signed = ["--sign-with", str(self.folder / signer)] if name != "root" else []
        self.give("signing-key", "register", "--principal", who, "--name", name, "--public-key",
                  self.keys[name], *signed)

    def asset(self, code, *more, status="ok"):
        answer = self.give("asset", "create", "--code", code, "--scale", "2", *more,
                           code=0 if status == "ok" else 1)
        self.assertEqual(answer["status"], status)
        return answer

    def key_file(self, name):
        return str(self.folder / name)

    def test_the_bytes_that_are_signed(self):
        ed25519_oracle.self_test()
        self.register("ann", "ann")
        made = self.asset("EUR", "--as", "ann", "--sign-with", self.key_file("ann"))
        shown = self.run_cli("command", "show", made["id"])
        books = self.run_cli("journal", "status")["books"]
        number = [row for row in self.rows("principal", "list") if row["code"] == "ann"][0]["id"]
        self.assertEqual(shown["signed_time"], shown["time"])
        message = statement(books, made["id"], int(number), 10, 1, shown["signed_time"],
                            shown["signed_until"], shown["signing_key"], asset_bytes("EUR", 2))
        key, signature = bytes.fromhex(shown["signing_key"]), bytes.fromhex(shown["signature"])
        self.assertEqual(shown["signing_key"], self.keys["ann"])
        self.assertTrue(ed25519_oracle.verify(key, message, signature))
        for at in range(0, len(message), 7):
            bad = bytearray(message)
            bad[at] ^= 1
            self.assertFalse(ed25519_oracle.verify(key, bytes(bad), signature), at)
        self.check_with_openssl(key, message, signature)

    def rows(self, *arguments):
        done = self.raw(*arguments, "-o", "ndjson")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def check_with_openssl(self, key, message, signature):
        if shutil.which("openssl") is None:
            return
        # The key as SubjectPublicKeyInfo (RFC 8410).
        (self.folder / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
        (self.folder / "message").write_bytes(message)
        (self.folder / "signature").write_bytes(signature)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
             str(self.folder / "key.der"), "-rawin", "-in", str(self.folder / "message"),
             "-sigfile", str(self.folder / "signature")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_refusals(self):
        self.register("ann", "ann")
        self.register("bob", "bob")
        self.new_key("stranger")
        self.give("signature-policy", "set", "--operation", "asset.create")
        signed = lambda name, *more: ("--as", "ann", "--sign-with", self.key_file(name), *more)
        self.asset("A1", "--as", "ann", status="signature_missing")
        self.asset("A1", *signed("stranger"), status="signing_key_unknown")
        self.asset("A1", *signed("bob"), status="signing_key_of_another")
        self.asset("A1", *signed("ann", "--sign-until", "2025-12-31T23:59:59Z"),
                   status="signature_expired")
        self.asset("A1", *signed("ann", "--sign-until", "2026-03-01T00:00:00Z"),
                   status="signature_lives_too_long")
        self.asset("A1", *signed("ann"))
        revoke = ("signing-key", "revoke", "--public-key", self.keys["ann"], "--reason", "lost")
        self.assertEqual(self.give(*revoke, code=1)["status"], "signature_missing")
        self.give(*revoke, "--as", "ann")  # one's own
        self.asset("A2", *signed("ann"), status="signing_key_revoked")
        self.asset("A2", "--as", "bob", "--sign-with", self.key_file("bob"))
        # Where a pool or an amount has a policy of its own, see access_test.cpp.
        off = ("signature-policy", "set", "--operation", "asset.create", "--json",
               '{"required":false}')
        self.assertEqual(self.give(*off, code=1)["status"], "signature_missing")
        self.give(*off, "--sign-with", self.key_file("root"))
        self.asset("A3", "--as", "ann")

    def test_offline(self):
        """Digest with the books, inspection and signature without, then a batch."""
        self.register("ann", "ann")
        self.give("signature-policy", "set", "--operation", "asset.create")
        until = "2026-01-02T00:00:00Z"
        digest = self.run_cli("command", "digest", "--operation", "asset.create", "--content",
                              '{"code":"GBP","scale":2}', "--not-after", until, "--id", "777",
                              "--principal", "ann", "--time", "2026-01-01T01:00:00Z", "--key",
                              self.keys["ann"])
        books = self.run_cli("journal", "status")["books"]
        self.assertEqual(bytes.fromhex(digest["signed_bytes"]),
                         statement(books, "777", 2, 10, 1, "2026-01-01T01:00:00Z", until,
                                   self.keys["ann"], asset_bytes("GBP", 2)))
        file = self.folder / "command.json"
        file.write_text(json.dumps(digest))
        away = self.folder / "away"
        self.books.rename(away)
        inspected = self.run_cli("command", "inspect", str(file), books=False)
        self.assertEqual(inspected["content"]["code"], "GBP")
        self.assertEqual(inspected["principal"], 2)
        line = self.raw("command", "sign", str(file), "--key", self.key_file("ann"),
                        books=False).stdout
        self.assertEqual(line.count("\n"), 1)
        other = dict(digest, operation="asset.change")
        file.write_text(json.dumps(other))
        refused = self.run_cli("command", "sign", str(file), "--key", self.key_file("ann"),
                               books=False, code=2)
        self.assertEqual(refused["field"], "operation")
        away.rename(self.books)
        self.assertEqual(inspected["time"], "2026-01-01T01:00:00Z")
        changed = json.loads(line)
        changed["content"]["code"] = "GBX"
        answer = self.run_cli("batch", text=json.dumps(changed) + "\n", code=1)
        self.assertEqual(answer["status"], "signature_does_not_verify")
        self.assertIsNone(answer["sequence"])
        # The refusal has left the id free.
        self.assertEqual(self.run_cli("batch", text=line)["status"], "ok")
        for number, later in ((778, "02"), (779, "03")):
            again = self.run_cli("command", "digest", "--operation", "asset.create", "--content",
                                 json.dumps({"code": f"G{number}", "scale": 2}), "--not-after",
                                 until, "--id", str(number), "--principal", "ann", "--time",
                                 f"2026-01-01T{later}:00:00Z")
            file.write_text(json.dumps(again))
            line = self.raw("command", "sign", str(file), "--key", self.key_file("ann"),
                            books=False).stdout
            self.assertEqual(self.run_cli("batch", text=line)["status"], "ok")
            # Sent again, it is answered as before.
            self.assertTrue(self.run_cli("batch", text=line)["replayed"])

    def test_an_approval_is_signed_over_what_it_approves(self):
        self.register("ann", "ann")
        self.give("principal", "create", "--code", "cem", "--roles", "approver")
        self.keys["cem"] = self.new_key("cem")
        self.register("cem", "cem")
        for code, ident in (("GBP", 500), ("XXX", 501)):
            self.run_cli("proposal", "create", "--json", json.dumps(
                {"operation": "asset.create", "content": {"code": code, "scale": 2}}), "--as",
                "ann", "--command-id", str(ident), "--command-time", self.time())
        until = "2026-01-02T00:00:00Z"
        file = self.folder / "approve.json"

        def digest(proposal, number):
            return self.run_cli("command", "digest", "--operation", "proposal.approve",
                                "--content", json.dumps({"proposal": proposal}), "--not-after",
                                until, "--id", str(number), "--principal", "cem", "--time",
                                "2026-01-01T02:00:00Z", "--key", self.keys["cem"])
        good, other = digest("1", 600), digest("2", 600)
        books = self.run_cli("journal", "status")["books"]
        subject = struct.pack("<IHH", 2, 10, 1) + text_bytes(asset_bytes("GBP", 2))
        content = struct.pack("<I", 1) + text_bytes("")
        self.assertEqual(bytes.fromhex(good["signed_bytes"]),
                         statement(books, "600", 4, 42, 1, "2026-01-01T02:00:00Z", until,
                                   self.keys["cem"], content, subject))

        def sign(made, code=0):
            file.write_text(json.dumps(made))
            return self.run_cli("command", "sign", str(file), "--key", self.key_file("cem"),
                                books=False, code=code)
        file.write_text(json.dumps(good))
        approves = self.run_cli("command", "inspect", str(file), books=False)["approves"]
        self.assertEqual((approves["maker"], approves["operation"]), (2, "asset.create"))
        self.assertEqual(approves["content"]["code"], "GBP")
        # Without what it approves, or with something that cannot be read, it is not signed.
        for wrong in ("", "00"):
            blind = json.loads(json.dumps(good))
            blind["statement"]["subject"] = wrong
            self.assertEqual(sign(blind, code=2)["field"], "statement.subject")
        swapped = json.loads(json.dumps(good))
        swapped["statement"]["subject"] = other["statement"]["subject"]
        answer = self.run_cli("batch", text=json.dumps(sign(swapped)) + "\n", code=1)
        self.assertEqual(answer["status"], "signature_does_not_verify")
        self.assertEqual(self.run_cli("batch", text=json.dumps(sign(good)) + "\n")["status"], "ok")
        self.assertIn("GBP", [row["code"] for row in self.rows("asset", "list")])

    def test_another_time_than_the_signed_one(self):
        self.register("ann", "ann")
        digest = self.run_cli("command", "digest", "--operation", "asset.create", "--content",
                              '{"code":"GBP","scale":2}', "--not-after", "2026-01-02T00:00:00Z",
                              "--id", "777", "--principal", "ann", "--time",
                              "2026-01-01T01:00:00Z")
        file = self.folder / "command.json"
        file.write_text(json.dumps(digest))
        line = json.loads(self.raw("command", "sign", str(file), "--key", self.key_file("ann"),
                                   books=False).stdout)
        # A relay that moves the command to another moment, or lets the books choose one.
        for time in ("2026-01-01T01:00:01Z", None):
            copy = self.folder / "copy"
            shutil.copytree(self.books, copy)
            moved = dict(line, time=time)
            if time is None:
                del moved["time"]
            done = subprocess.run([str(PROGRAM), "--books", str(copy), "batch"],
                                  capture_output=True, text=True, input=json.dumps(moved) + "\n",
                                  timeout=120)
            self.assertEqual(json.loads(done.stdout)["status"], "signature_does_not_verify")
            shutil.rmtree(copy)
        self.assertEqual(self.run_cli("batch", text=json.dumps(line) + "\n")["status"], "ok")

    def test_a_dry_run_needs_no_signature_and_takes_none(self):
        self.register("ann", "ann")
        self.give("signature-policy", "set", "--operation", "asset.create")
        plain = ("asset", "create", "--code", "X", "--scale", "2", "--as", "ann")
        answer = self.give(*plain, "--dry-run")
        self.assertEqual((answer["status"], answer["must_be_signed"]), ("ok", True))
        answer = self.give(*plain, "--dry-run", "--sign-with", self.key_file("ann"))
        self.assertEqual(answer["status"], "ok")
        self.assertEqual(self.give(*plain, code=1)["status"], "signature_missing")

    def test_a_key_file_that_others_may_read_is_refused(self):
        self.register("ann", "ann")
        os.chmod(self.folder / "ann", 0o640)
        refused = self.give("asset", "create", "--code", "X", "--scale", "2", "--sign-with",
                            self.key_file("ann"), code=1)
        self.assertIn("0600", refused["rule"])
        self.assertEqual(os.stat(self.folder / "bob").st_mode & 0o777, 0o600)

    def test_no_secret_is_in_the_books(self):
        self.register("ann", "ann")
        made = self.asset("EUR", "--as", "ann", "--sign-with", self.key_file("ann"))
        self.assertEqual(made["status"], "ok")
        seed = (self.folder / "ann").read_text().strip()
        for path in self.books.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                self.assertNotIn(seed.encode(), data)
                self.assertNotIn(bytes.fromhex(seed), data)


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
