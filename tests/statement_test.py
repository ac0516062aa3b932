#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Statements with the real program: what is exported as camt.053 is read by another XML parser,
stands in the order of the message definition and adds up, comes back without a break, and files
that are wrong or hostile change nothing.

    statement_test.py PROGRAM
"""
import decimal
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

PROGRAM = os.path.abspath(sys.argv[1])
SPACE = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
IBAN = "DE89370400440532013000"


# What the message definition of camt.053.001.08 lets stand in the elements that are written here:
# each child with how often it may come, in the order that it demands. None: text.
MANY = 10**6
ELEMENTS = {
    "Document": [("BkToCstmrStmt", 1, 1)],
    "BkToCstmrStmt": [("GrpHdr", 1, 1), ("Stmt", 1, MANY)],
    "GrpHdr": [("MsgId", 1, 1), ("CreDtTm", 1, 1)],
    "Stmt": [("Id", 1, 1), ("ElctrncSeqNb", 0, 1), ("CreDtTm", 0, 1), ("FrToDt", 0, 1),
             ("Acct", 1, 1), ("Bal", 1, MANY), ("TxsSummry", 0, 1), ("Ntry", 0, MANY)],
    "FrToDt": [("FrDtTm", 1, 1), ("ToDtTm", 1, 1)],
    "Acct": [("Id", 1, 1), ("Tp", 0, 1), ("Ccy", 0, 1)],
    "Acct/Id": [("IBAN", 0, 1), ("Othr", 0, 1)],
    "Othr": [("Id", 1, 1)],
    "Bal": [("Tp", 1, 1), ("CdtLine", 0, MANY), ("Amt", 1, 1), ("CdtDbtInd", 1, 1), ("Dt", 1, 1)],
    "Tp": [("CdOrPrtry", 1, 1)],
    "CdOrPrtry": [("Cd", 1, 1)],
    "Bal/Dt": [("Dt", 0, 1), ("DtTm", 0, 1)],
    "Ntry": [("NtryRef", 0, 1), ("Amt", 1, 1), ("CdtDbtInd", 1, 1), ("RvslInd", 0, 1),
             ("Sts", 1, 1), ("BookgDt", 0, 1), ("ValDt", 0, 1), ("AcctSvcrRef", 0, 1),
             ("BkTxCd", 1, 1), ("NtryDtls", 0, MANY)],
    "Sts": [("Cd", 1, 1)],
    "BookgDt": [("Dt", 0, 1), ("DtTm", 0, 1)],
    "ValDt": [("Dt", 0, 1), ("DtTm", 0, 1)],
    "BkTxCd": [("Domn", 0, 1), ("Prtry", 0, 1)],
    "Prtry": [("Cd", 1, 1)],
    "NtryDtls": [("TxDtls", 0, MANY)],
    "TxDtls": [("Refs", 0, 1)],
    "Refs": [("EndToEndId", 0, 1)],
}
TEXTS = {
    "Amt": r"\d{1,18}|(?=[\d.]{2,19}$)\d+\.\d{1,5}",
    "CdtDbtInd": "CRDT|DBIT",
    "Cd": r".{1,35}",
    "MsgId": r".{1,35}", "Id": r".{1,35}", "AcctSvcrRef": r".{1,35}", "EndToEndId": r".{1,35}",
    "IBAN": r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}",
}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"


def follows_the_definition(element, above=""):
    name = element.tag.removeprefix(SPACE)
    allowed = ELEMENTS.get(f"{above}/{name}")
    if allowed is None:
        allowed = ELEMENTS.get(name)
    children = [child.tag.removeprefix(SPACE) for child in element]
    if allowed is None:
        assert not children, (above, name, children)
        # An asset with a larger scale than five is written in full: the guide says so.
        rule = r"\d+\.\d{6}" if element.get("Ccy") == "USD" else TEXTS.get(name, TIME)
        assert re.fullmatch(rule, element.text or ""), (above, name, element.text)
    else:
        expected = [child for child, _, _ in allowed for _ in range(children.count(child))]
        assert children == expected, (above, name, children, expected)
        for child, least, most in allowed:
            assert least <= children.count(child) <= most, (above, name, child)
        assert not (element.text or "").strip(), (above, name, element.text)
    if name == "Amt":
        assert re.fullmatch("[A-Z]{3}", element.get("Ccy", "")), element.attrib
    for child in element:
        follows_the_definition(child, name)


class Books:
    def __init__(self, folder):
        self.folder = folder
        self.minute = 0

    def run(self, *arguments, expect=0):
        done = subprocess.run([PROGRAM, "--books", os.path.join(self.folder, "books"), *arguments],
                              capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == expect, (arguments, done.returncode, done.stdout, done.stderr)
        text = done.stdout or done.stderr
        return json.loads(text) if text.strip() else {}

    def rows(self, *arguments):
        done = subprocess.run([PROGRAM, "--books", os.path.join(self.folder, "books"), *arguments],
                              capture_output=True, text=True, cwd=self.folder, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def at(self):
        self.minute += 1
        return ["--command-time", f"2026-01-05T{self.minute // 60:02}:{self.minute % 60:02}:00Z"]

    def give(self, *arguments, expect=0):
        return self.run(*arguments, *self.at(), expect=expect)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def set_up(books):
    books.give("init", "books", "--venue", "demo", "--root", "root", "--time-source", "given")
    books.give("asset", "create", "--code", "EUR", "--scale", "2")
    books.give("asset", "create", "--code", "USDC", "--scale", "6")
    books.give("pool", "create", "--code", "main", "--regime", "omnibus", "--activity", "spot")
    books.give("pool", "attach-agreement", "--pool", "main", "--title", "Terms", "--document",
               "a" * 64, "--parties", "Venue", "--law", "England", "--effective", "2025-01-01")
    books.give("pool", "activate", "--pool", "main")
    books.give("account", "create", "--json", json.dumps({"accounts": [
        {"id": str(number), "pool": "main", "asset": asset, "class": kind, "owner_class": owner,
         "owner": "7" if owner == "client" else "0",
         "code": 1} for number, asset, kind, owner in (
             (100, "EUR", "custody", "pool"), (101, "USDC", "custody", "pool"),
             (200, "EUR", "general", "client"), (201, "USDC", "general", "client"))]}))
    books.give("wallet", "open", "--code", "bank", "--pool", "main", "--place",
               json.dumps({"form": "bank_account", "address": IBAN}), "--assets",
               json.dumps([{"asset": "EUR", "custody_account": "100"},
                           {"asset": "USDC", "custody_account": "101"}]))
    books.give("reconciliation", "begin", "--wallet", "bank")


def post(books, count, draw):
    held = {"EUR": 0, "USDC": 0}
    for number in range(count):
        asset, bank, client, scale = draw.choice((("EUR", 100, 200, 2), ("USDC", 101, 201, 6)))
        units = draw.randrange(1, 10**9)
        out = draw.random() < 0.3 and units <= held[asset]
        held[asset] += -units if out else units
        amount = decimal.Decimal(units).scaleb(-scale)
        debit, credit = (client, bank) if out else (bank, client)
        books.give("transfer", "create", "--id", str(2**100 + number), "--debit-account",
                   str(debit), "--credit-account", str(credit), "--pool", "main", "--asset", asset,
                   "--amount", f"{amount:f}", "--code", "2" if out else "1")


def signed(element):
    amount = decimal.Decimal(element.find(SPACE + "Amt").text)
    return amount if element.find(SPACE + "CdtDbtInd").text == "CRDT" else -amount


def round_trip(books):
    books.run("statement", "export", "--file", "all.xml", "--format", "camt053", "--wallet", "bank",
              expect=2)  # USDC is no currency of ISO 4217
    books.run("statement", "export", "--file", "all.xml", "--format", "camt053", "--wallet", "bank",
              "--currencies", "USD=USDC")
    root = tree.parse(os.path.join(books.folder, "all.xml")).getroot()
    assert root.tag == SPACE + "Document", root.tag
    follows_the_definition(root)
    statements = list(root.iter(SPACE + "Stmt"))
    assert len(statements) == 2
    for statement in statements:
        balances = {b.find(f"{SPACE}Tp/{SPACE}CdOrPrtry/{SPACE}Cd").text: signed(b)
                    for b in statement.iter(SPACE + "Bal")}
        entries = [signed(e) for e in statement.iter(SPACE + "Ntry")]
        assert entries and balances["OPBD"] + sum(entries) == balances["CLBD"], balances
        for text in statement.iter():
            if text.tag in (SPACE + "EndToEndId", SPACE + "AcctSvcrRef", SPACE + "Id"):
                assert text.text is None or len(text.text.strip()) <= 35, text.text
    holdings = books.rows("reconciliation", "list")
    books.give("statement", "import", "--file", "all.xml", "--format", "camt053", "--currencies",
               "USD=USDC")
    assert books.rows("break", "list") == []
    assert books.rows("reconciliation", "bookings") == []
    again = books.give("statement", "import", "--file", "all.xml", "--format", "camt053",
                       "--currencies", "USD=USDC")
    assert {row["verdict"] for row in again["statements"]} == {"known"}, again
    for before, after in zip(holdings, books.rows("reconciliation", "list")):
        assert after["stated"] == after["books"] == before["books"], (before, after)


def camt(body, doctype="", version="001.08"):
    return (f'<?xml version="1.0"?>{doctype}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.'
            f'{version}"><BkToCstmrStmt><Stmt><Id>X</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>'
            f'{body}</Stmt></BkToCstmrStmt></Document>')


def balance(amount="1.00", currency="EUR"):
    return (f'<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
            f'<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-04</Dt></Dt></Bal>')


def hostile(books):
    laughs = "<!DOCTYPE x [" + '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefgh", "bcdefghi")) + "]>"
    cases = {
        "laughs": camt(balance() + "<Nm>&i;</Nm>", laughs),
        "foreign": camt(balance(), '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "deep": camt("<a>" * 50_000),
        "cut": camt(balance())[:-30],
        "nan": camt(balance("NaN")),
        "exponent": camt(balance("1e9")),
        "fraction": camt(balance("1.001")),
        "currency": camt(balance("1.00", "XXX")),
        "version": camt(balance(), version="002.08"),
        "empty": "",
    }
    for name, text in cases.items():
        books.write(name + ".xml", text)
        problem = books.give("statement", "import", "--file", name + ".xml", "--format", "camt053",
                             expect=2)
        assert name + ".xml" in json.dumps(problem), problem
    assert books.rows("statement", "list") == []


def main():
    with tempfile.TemporaryDirectory() as folder:
        books = Books(folder)
        set_up(books)
        hostile(books)
        post(books, 60, random.Random(7))
        round_trip(books)
    print("statements hold")


if __name__ == "__main__":
    main()
