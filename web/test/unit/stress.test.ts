// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Contract, Position, UnitMark } from '../../src/lib/risk';
import { breakingMove, exposuresOf, inMoney, moveWords, shortfallsAt, totalAt } from '../../src/lib/stress';

const contract = (code: string, kind = 'linear'): Contract => ({ code, kind, status: 'active', settlement_asset: 'USD', price_scale: 2, quantity_scale: 1, value_scale: 2, settle_factor: '1' });
const position = (owner: string, quantity: string, open_value: string, collateral: string, code = 'P'): Position => ({ contract: code, pool: 'a', owner, position: quantity, open_value, collateral });
// At 100.00 a tenth is worth 10.00.
const marks: UnitMark[] = [{ contract: 'P', price: '100.00', unit_value: '1000', time: '', sequence: '1' }, { contract: 'Q', price: '100.00', unit_value: '1000', time: '', sequence: '1' }];

describe('a move of the marks', () => {
  // Short 10 from 100.00 with 100.00; long 4 with 50.00; long 6 with 500.00.
  const rows = [position('8', '-10.0', '1000.00', '100.00'), position('9', '4.0', '-400.00', '50.00'), position('7', '6.0', '-600.00', '500.00'), { ...position('1', '9.0', '0', '1'), pool: 'b' }];
  const exposed = exposuresOf('a', 'USD', rows, [contract('P')], marks, '');

  it('leaves equity what it is when nothing moves', () => {
    expect(exposed.accounts.map((one) => inMoney(one.fixed + one.moving, exposed.scale))).toEqual(['100.00', '50.00', '500.00']);
    expect(totalAt(exposed, 0n)).toBe(0n);
  });
  it('names who cannot pay, and how much', () => {
    expect(shortfallsAt(exposed, 200n)).toEqual([{ owner: '8', amount: 10_000n }]); // at 120.00 it has lost 200.00
    expect(shortfallsAt(exposed, -200n)).toEqual([{ owner: '9', amount: 3_000n }]); // at 80.00 it has lost 80.00
  });
  it('finds the smallest move beyond the layers', () => {
    expect(breakingMove(exposed, 5_000n, 1n, 2_000n)).toBe(151n); // 15.0 %: 50.00 are missing, which they have
    expect(breakingMove(exposed, 0n, -1n, 1_000n)).toBe(-126n); // 12.5 %: nothing is missing yet
    expect(breakingMove(exposed, 10n ** 9n, -1n, 1_000n)).toBeNull();
  });
  it('moves one contract and leaves the others', () => {
    const two = exposuresOf('a', 'USD', [...rows, position('8', '10.0', '-1000.00', '100.00', 'Q')], [contract('P'), contract('Q')], marks, '');
    expect(totalAt(two, 500n)).toBe(0n); // long one and short the other: nothing is lost
    const one = exposuresOf('a', 'USD', [...rows, position('8', '10.0', '-1000.00', '100.00', 'Q')], [contract('P'), contract('Q')], marks, 'P');
    expect(totalAt(one, 200n)).toBe(10_000n);
  });
  it('says which contracts it leaves out', () => {
    expect(exposuresOf('a', 'USD', rows, [contract('P', 'inverse')], marks, '').left).toEqual(['P']);
  });
  it('is written in percent', () => {
    expect([151n, -126n, 0n, -7n].map(moveWords)).toEqual(['+15.1 %', '−12.6 %', '0.0 %', '−0.7 %']);
  });
});
