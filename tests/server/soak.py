#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server under about half of what it can take, killed and started again at random. What it
acknowledged must be there afterwards, the feed must have no hole, and between kills it must not grow.

    soak.py PROGRAM SECONDS [SEED]
"""
import json
import os
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

from bulk_test import BATCH, blocks, body, record
from client import Closed, Server

WORKERS = 4
DESCRIPTORS_MAX = 80
GROWTH_MAX = 64 << 20  # of a life without kills, beside what the books themselves take
BYTES_A_TRANSFER = 64


class Soak:
    def __init__(self, server, seconds, seed):
        self.server, self.seconds, self.dice = server, seconds, random.Random(seed)
        self.acknowledged, self.lock = {}, threading.Lock()
        self.up, self.over = threading.Event(), threading.Event()
        self.numbers = iter(range(10_000, 10**12))
        self.pause = 0.0
        self.transfers = self.gaps = self.events = 0
        self.seen = 0  # the last sequence of the feed
        self.failures = []

    def number(self, count=1):
        with self.lock:
            first = next(self.numbers)
            for _ in range(count - 1):
                next(self.numbers)
            return first

    def work(self):
        connection = self.server.connect()
        while not self.over.is_set():
            if not self.up.wait(0.2):
                continue
            number = self.number()
            began = time.monotonic()
            try:
                answer = self.server.call("POST", "/v1/transfer/create",
                                          self.server.transfer(number, "0.01"), key=str(number),
                                          connection=connection)
                result = answer.json()
            except Exception:  # killed meanwhile: nothing was acknowledged
                connection = self.server.connect()
                time.sleep(0.05)
                continue
            if answer.status != 200:
                self.failures.append((answer.status, answer.body[:300]))
                return
            with self.lock:
                self.acknowledged[str(number)] = result["sequence"]
                self.transfers += 1
            # As long at rest as at work: half of what one client can ask for.
            time.sleep(time.monotonic() - began)

    def bulk(self):
        while not self.over.is_set():
            time.sleep(0.5)
            if not self.up.is_set():
                continue
            first = self.number(BATCH + 1)
            sent = body([record(first + 1 + n) for n in range(BATCH)])
            try:
                answer = self.server.call("POST", "/v1/transfer/create", sent, key=str(first), headers={
                    "Content-Type": "application/vnd.cofferdam.transfers"})
                found = blocks(answer.body) if answer.status == 200 else []
            except Exception:
                continue
            if answer.status != 200 or set(found[0][1]) != {0}:
                self.failures.append((answer.status, answer.body[:300]))
                return
            with self.lock:
                self.transfers += BATCH

    def follow(self):
        """The feed over all lives: every sequence once, or named in a gap."""
        while not self.over.is_set():
            if not self.up.wait(0.2):
                continue
            try:
                wire = self.server.websocket("auditor", timeout=5)
                wire.must("feed.subscribe", {"after": str(self.seen)})
                while not self.over.is_set():
                    note = wire.note()
                    if "from" in note:
                        first, last = int(note["from"]), int(note["to"])
                        self.gaps += 1
                    else:
                        first = last = int(note["sequence"])
                    if first != self.seen + 1:
                        self.failures.append(("feed", self.seen, note))
                        return
                    self.seen = last
                    self.events += 1
            except (OSError, Closed, AssertionError, json.JSONDecodeError):
                time.sleep(0.05)

    def figures(self):
        process = f"/proc/{self.server.process.pid}"
        status = pathlib.Path(process, "status").read_text()
        return 1024 * int(status.split("VmRSS:")[1].split()[0]), len(os.listdir(process + "/fd"))

    def check(self, sample):
        connection = self.server.connect()
        for number, sequence in sample:
            row = self.server.call("GET", "/v1/command/show?command=" + number,
                                   connection=connection).json()["row"]
            assert row["sequence"] == sequence, (number, sequence, row)

    def lives(self, until):
        killed = 0
        while time.monotonic() < until and not self.failures:
            self.up.set()
            time.sleep(self.dice.uniform(1, min(20, max(2, self.seconds / 10))))
            self.up.clear()
            self.server.stop(signal.SIGKILL)
            self.server.start()
            killed += 1
            with self.lock:
                items = list(self.acknowledged.items())
            self.check(items[-50:] + self.dice.sample(items, min(50, len(items))))
        return killed

    def run(self):
        threads = [threading.Thread(target=self.work) for _ in range(WORKERS)]
        threads += [threading.Thread(target=self.bulk), threading.Thread(target=self.follow)]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        killed = self.lives(began + 0.6 * self.seconds)
        # The last part is one life, so that what grows has time to.
        self.up.set()
        time.sleep(min(5, 0.1 * self.seconds))
        (small, _), before = self.figures(), self.transfers
        while time.monotonic() < began + self.seconds and not self.failures:
            time.sleep(0.2)
        large, descriptors = self.figures()
        grown = large - small - BYTES_A_TRANSFER * (self.transfers - before)
        self.over.set()
        for thread in threads:
            thread.join()
        assert not self.failures, self.failures
        assert grown < GROWTH_MAX, (small, large)
        assert descriptors < DESCRIPTORS_MAX, descriptors
        with self.lock:
            items = list(self.acknowledged.items())
        self.check(items if len(items) < 3000 else self.dice.sample(items, 3000))
        assert self.server.stop() == 0
        # Tens of millions of transfers take minutes to judge again.
        assert self.server.cli("books", "verify", timeout=3600)["verdict"] == "good"
        print(f"{killed} kills, {self.transfers} transfers, {len(items)} acknowledged one by one, "
              f"{self.events} events, {self.gaps} gaps, {large >> 20} MB resident "
              f"({grown / 2**20:+.1f} MB), {descriptors} descriptors: nothing lost")


def main():
    program, seconds = pathlib.Path(sys.argv[1]).resolve(), float(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(2**32)
    print("seed", seed, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder, "--log-requests", "none")
        server.found()
        server.start()
        server.seed()
        Soak(server, seconds, seed).run()


if __name__ == "__main__":
    main()
