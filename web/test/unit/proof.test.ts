// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Refused, verify } from '../../src/lib/proof';
import example from '../../../tests/liabilities_proof_example.json?raw';

const root = '95c36979c14719cb3e8bd2228bc8ced231b0245009b9c794afce5a1a0471d832';
type Proof = { [name: string]: any };

function changed(change: (proof: Proof) => void): string {
  const proof = JSON.parse(example) as Proof;
  change(proof);
  return JSON.stringify(proof);
}

const all = (proofs: unknown[], more: object = {}) => JSON.stringify({ format: 'cofferdam liabilities proofs 1', owner: '101', venue_root: root, proofs, ...more });

describe('a proof', () => {
  it('of the documents holds, and says what it was compared with', async () => {
    const verified = await verify(example, '101', root);
    expect(verified.root).toBe(root);
    expect(verified.pools[0]!.claims).toEqual([
      { code: 'USD', claim: '1000.00', pool: '1250.50', venue: '1250.55' },
      { code: 'BTC', claim: '0.50000000', pool: '1.75000000', venue: '1.75000006' },
    ]);
    expect(verified.ownerChecked && verified.rootChecked).toBe(true);
    expect((await verify(example, '', '')).ownerChecked).toBe(false);
  });

  it('holds in the form of all proofs of one owner', async () => {
    expect((await verify(all([JSON.parse(example)]), '101', root)).pools.length).toBe(1);
  });

  const lies: [string, (proof: Proof) => void][] = [
    ['a smaller claim', (p) => (p['leaf'].amounts[0] = '99999')],
    ['another owner', (p) => (p['leaf'].owner = '102')],
    ['another salt', (p) => (p['leaf'].salt = '0'.repeat(64))],
    ['another pool', (p) => (p['pool'] = 2)],
    ['another venue', (p) => (p['context'].venue = 'other')],
    ['another epoch', (p) => (p['context'].epoch = 8)],
    ['another scale', (p) => (p['context'].assets[0].scale = 3)],
    ['assets out of order', (p) => p['context'].assets.reverse()],
    ['a changed neighbour', (p) => (p['path'][0].sums[0] = '25051')],
    ['a changed hash', (p) => (p['path'][0].hash = 'f'.repeat(64))],
    ['another side', (p) => (p['path'][0].side = 'right')],
    ['another place', (p) => (p['leaf_index'] = 1)],
    ['a place beyond the leaves', (p) => (p['leaf_index'] = 3)],
    ['more leaves', (p) => (p['pool_root'].leaf_count = 4)],
    ['a path that ends early', (p) => p['pool_path'].pop()],
    ['a path that goes on', (p) => p['path'].push(p['path'][0])],
    ['smaller totals', (p) => (p['venue_root'].totals[0] = '100000')],
    ['another root of the pool', (p) => (p['pool_root'].hash = 'a'.repeat(64))],
    ['another root of the venue', (p) => (p['venue_root'].hash = 'a'.repeat(64))],
    ['a negative sum', (p) => (p['path'][0].sums[0] = '-1')],
    ['a sum beyond 128 bits', (p) => (p['path'][0].sums[0] = (2n ** 128n - 1n).toString())],
    ['a number that JSON cannot hold', (p) => (p['leaf'].amounts[0] = 2 ** 60)],
    ['another version', (p) => (p['version'] = 2)],
    ['no leaf', (p) => delete p['leaf']],
    ['a code that is empty', (p) => (p['context'].assets[0].code = '')],
  ];
  for (const [name, change] of lies) {
    it(`with ${name} does not hold`, async () => {
      await expect(verify(changed(change), '', '')).rejects.toThrow(Refused);
    });
  }

  it('of somebody else, or under another root, is not mine', async () => {
    await expect(verify(example, '102', root)).rejects.toThrow('another owner');
    await expect(verify(example, '101', 'a'.repeat(64))).rejects.toThrow('another root');
    await expect(verify(example, 'ten', root)).rejects.toThrow('no whole number');
  });

  it('together with others has one owner, one root, and each pool once', async () => {
    const one = JSON.parse(example);
    await expect(verify(all([one, one]), '', '')).rejects.toThrow('twice');
    await expect(verify(all([]), '', '')).rejects.toThrow('no proof');
    await expect(verify(all([one], { owner: '7' }), '', '')).rejects.toThrow('another owner');
    await expect(verify(all([one], { venue_root: 'a'.repeat(64) }), '', '')).rejects.toThrow('another root');
    await expect(verify(all([one], { format: 'other' }), '', '')).rejects.toThrow('format');
  });

  it('that is none is said to be none', async () => {
    for (const text of ['', '[]', '"x"', '{}', 'null', '{"proofs": 1}']) await expect(verify(text, '', '')).rejects.toThrow(Refused);
  });
});
