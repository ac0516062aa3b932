// SPDX-License-Identifier: Apache-2.0
//
// What a move of the marks would make of the accounts of a pool, in whole numbers: every account has
// its collateral, its open value and its positions at the marks moved, and what is below nothing it
// cannot pay. Linear contracts only: the value of an inverse one or an option does not follow its
// mark in a straight line.

import { format, parse } from './decimal';
import type { Contract, Position, UnitMark } from './risk';

export const partsOfWhole = 1000n; // moves are counted in parts of a thousand

export interface Exposure {
  owner: string;
  fixed: bigint; // collateral, open value and what does not move
  moving: bigint; // value at the marks of what moves
}

export interface Shortfall {
  owner: string;
  amount: bigint;
}

export interface Exposed {
  accounts: Exposure[];
  scale: number;
  left: string[]; // contracts that are left out
}

// Of one pool and one asset of settlement. `only`: the contract that moves; empty: all of them.
export function exposuresOf(pool: string, asset: string, positions: Position[], contracts: Contract[], marks: UnitMark[], only: string): Exposed {
  const terms = new Map(contracts.filter((one) => one.settlement_asset === asset).map((one) => [one.code, one]));
  const prices = new Map(marks.map((one) => [one.contract, one]));
  const mine = positions.filter((row) => row.pool === pool && terms.has(row.contract));
  const scale = Math.max(0, ...mine.map((row) => Math.max(terms.get(row.contract)!.value_scale, parse(row.collateral).scale)));
  const at = (text: string, from?: number) => {
    const value = parse(text);
    return value.units * 10n ** BigInt(scale - (from ?? value.scale));
  };
  const found = new Map<string, Exposure>();
  const left = new Set<string>();
  for (const row of mine) {
    const contract = terms.get(row.contract)!;
    const mark = prices.get(row.contract);
    let account = found.get(row.owner);
    if (!account) found.set(row.owner, (account = { owner: row.owner, fixed: at(row.collateral), moving: 0n }));
    if (contract.kind !== 'linear' || !mark) {
      if (/[1-9]/.test(row.position)) left.add(row.contract);
      continue;
    }
    account.fixed += at(row.open_value);
    const quantity = parse(row.position);
    const value = quantity.units * 10n ** BigInt(contract.quantity_scale - quantity.scale) * parse(mark.unit_value).units * 10n ** BigInt(scale - contract.value_scale);
    if (!only || only === row.contract) account.moving += value;
    else account.fixed += value;
  }
  return { accounts: [...found.values()], scale, left: [...left] };
}

export const equityAt = (account: Exposure, move: bigint): bigint => account.fixed + account.moving + (account.moving * move) / partsOfWhole;

export function shortfallsAt(exposed: Exposed, move: bigint): Shortfall[] {
  return exposed.accounts
    .map((account) => ({ owner: account.owner, amount: -equityAt(account, move) }))
    .filter((one) => one.amount > 0n)
    .sort((a, b) => (a.amount < b.amount ? 1 : a.amount > b.amount ? -1 : a.owner < b.owner ? -1 : 1));
}

export const totalAt = (exposed: Exposed, move: bigint): bigint => exposed.accounts.reduce((sum, account) => {
  const equity = equityAt(account, move);
  return equity < 0n ? sum - equity : sum;
}, 0n);

// The smallest move in this direction after which more is missing than the layers can give; null:
// none up to `most`. What is missing is convex in the move, so once it is too much it stays so.
export function breakingMove(exposed: Exposed, capacity: bigint, direction: 1n | -1n, most: bigint): bigint | null {
  if (totalAt(exposed, direction * most) <= capacity) return null;
  if (totalAt(exposed, 0n) > capacity) return 0n;
  let [fine, broken] = [0n, most];
  while (broken - fine > 1n) {
    const middle = (fine + broken) / 2n;
    if (totalAt(exposed, direction * middle) > capacity) broken = middle;
    else fine = middle;
  }
  return direction * broken;
}

export const inMoney = (units: bigint, scale: number): string => format({ units, scale });

export function moveWords(move: bigint): string {
  const size = move < 0n ? -move : move;
  return `${move < 0n ? '−' : move > 0n ? '+' : ''}${size / 10n}.${size % 10n} %`;
}
