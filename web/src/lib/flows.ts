// SPDX-License-Identifier: Apache-2.0
//
// What went in and out of an account, put into equal steps of time, and the balance after each.

import { parse } from './decimal';
import { millis } from './time';
import type { Transfer } from './types';

export interface Step {
  from: number; // milliseconds
  until: number;
  into: bigint; // in smallest units
  out: bigint;
  balance: bigint; // at the end
}

export interface Flows {
  steps: Step[];
  scale: number;
  into: bigint;
  out: bigint;
}

// `held` is what the account holds now, as its holder sees it: what is debited is held. Transfers are
// in the order of their booking and reach up to now.
export function flowsOf(transfers: Transfer[], account: string, held: string, count: number): Flows {
  const moved = transfers.filter((one) => one.status === 'ok' && !one.flags.includes('pending') && !one.flags.includes('void_pending'));
  const { units, scale } = parse(held);
  if (!moved.length) return { steps: [], scale, into: 0n, out: 0n };
  const first = millis(moved[0]!.time);
  const last = millis(moved[moved.length - 1]!.time);
  const size = Math.max(1000, Math.ceil((last - first + 1) / count));
  const steps: Step[] = Array.from({ length: Math.max(1, Math.ceil((last - first + 1) / size)) }, (_, at) => ({ from: first + at * size, until: first + (at + 1) * size, into: 0n, out: 0n, balance: 0n }));
  let [into, out] = [0n, 0n];
  for (const one of moved) {
    const step = steps[Math.min(steps.length - 1, Math.floor((millis(one.time) - first) / size))]!;
    const amount = parse(one.amount).units;
    if (one.debit_account === account) {
      step.into += amount;
      into += amount;
    } else {
      step.out += amount;
      out += amount;
    }
  }
  let balance = units;
  for (const step of [...steps].reverse()) {
    step.balance = balance;
    balance += step.out - step.into;
  }
  return { steps, scale, into, out };
}
