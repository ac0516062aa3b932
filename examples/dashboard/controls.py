# SPDX-License-Identifier: Apache-2.0
"""What watches the pool of a demonstration: a custodian whose statement is compared with the books, two
differences of which one is being worked on, and rules that raise alerts. Every function gives commands
for prepare.py's give(), in the order of their time: (hours ago, who, operation, content)."""
from decimal import Decimal

WALLET, DEPOSIT, LATE = "gold-custodian", "908030", "908031"
ADDRESS = "DE89370400440532013000"
STATED, CHARGE = Decimal("2490"), Decimal("-12.5")


def deposit(hours, number, custody, account, pool, asset, amount):
    return (hours, "treasury", "transfer.create", {"transfers": [
        {"id": number, "debit_account": custody, "credit_account": account, "amount": amount,
         "pool": pool, "asset": asset, "code": 1}]})


def compared(pool, asset, custody, account):
    """From here on the books wait for the custodian to say the same."""
    return [
        (60.9, "root", "wallet.open", {
            "code": WALLET, "pool": pool,
            "place": {"form": "bank_account", "address": ADDRESS},
            "assets": [{"asset": asset, "custody_account": custody}]}),
        (60.8, "treasury", "reconciliation.begin", {"wallet": WALLET}),
        (60.8, "root", "reconciliation.set-policy", {
            "pool": pool, "tolerances": [{"asset": asset, "amount": "500"}], "age": "24h",
            "statement_age_max": "365d"}),
        deposit(60.7, DEPOSIT, custody, account, pool, asset, "2500")]


def stated(before, pool, asset, custody, account, at):
    """The custodian has the deposit with another amount and a charge that nobody booked; a second deposit
    comes after its statement. `before` is what the books held when the comparison began."""
    return [
        (0.09, "treasury", "statement.record", {
            "statement": "gold-custodian/1", "wallet": WALLET, "as_of": at(3),
            "balances": [{"asset": asset, "closing": str(before + STATED + CHARGE)}],
            "entries": [
                {"asset": asset, "amount": str(STATED), "reference": "C-7719",
                 "our_reference": DEPOSIT, "booked": at(60)},
                {"asset": asset, "amount": str(CHARGE), "reference": "C-7742", "booked": at(5)}]}),
        (0.08, "treasury", "break.assign", {"breaks": ["1"], "owner": "ann",
                                            "reason": "the custodian was asked"}),
        deposit(0.07, LATE, custody, account, pool, asset, "1500")]


def watched(pool, asset):
    return [
        (60.6, "root", "alert.set", {
            "code": "client-money-short", "measure": "segregation_surplus", "pool": pool,
            "asset": asset, "direction": "below", "raise": "1000", "clear": "2000",
            "severity": "critical",
            "description": "What clients are owed is hardly covered: top the buffer up."}),
        (60.6, "root", "alert.set", {
            "code": "payment-waits", "measure": "intent_age", "vault": "treasury",
            "direction": "above", "raise": "3600", "clear": "900", "severity": "warning",
            "description": "A payment waits for signatures or for its delay for over an hour."})]
