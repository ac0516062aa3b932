// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { drawId, keyFromFragment, pathOf } from '../../src/lib/api';
import { EventReader } from '../../src/lib/events';
import { flowsOf } from '../../src/lib/flows';
import type { Transfer } from '../../src/lib/types';
import { joinWords, wholeness } from '../../src/lib/words';

describe('the key in the address', () => {
  it('is taken out of it', () => {
    expect(keyFromFragment('#key=cfd_12_ab')).toEqual({ key: 'cfd_12_ab', rest: '#/' });
    expect(keyFromFragment('#key=cfd_12_ab&page=/pools/a')).toEqual({ key: 'cfd_12_ab', rest: '#/pools/a' });
    expect(keyFromFragment('#/pools')).toEqual({ key: null, rest: '#/pools' });
    expect(keyFromFragment('#key=')).toEqual({ key: null, rest: '#key=' });
    expect(keyFromFragment('#key=<script>')).toEqual({ key: null, rest: '#key=<script>' });
  });
});

it('finds operations where the server has them', () => {
  expect(pathOf('report.house-default')).toBe('/v1/report/house-default');
});

it('draws ids that differ and are UUIDs', () => {
  const ids = new Set(Array.from({ length: 100 }, drawId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

describe('server-sent events', () => {
  const text = ': from 8\n\nid: 8\nevent: command\ndata: {"sequence":"8"}\n\n: still here\n\nid: 9\nevent: checkpoint\ndata: {"sequence":"9"}\n\n';
  it('come out the same however the network cuts them', () => {
    for (let size = 1; size < text.length; size++) {
      const reader = new EventReader();
      const events = [];
      for (let at = 0; at < text.length; at += size) events.push(...reader.push(text.slice(at, at + size)));
      expect(events).toEqual([
        { id: '8', event: 'command', data: '{"sequence":"8"}' },
        { id: '9', event: 'checkpoint', data: '{"sequence":"9"}' },
      ]);
    }
  });
});

describe('flows', () => {
  const moved = (time: string, into: boolean, amount: string, more: Partial<Transfer> = {}) => ({ time, amount, status: 'ok', flags: [], debit_account: into ? 'c' : 'x', credit_account: into ? 'x' : 'c', ...more }) as unknown as Transfer;
  it('add up to what is held', () => {
    const flows = flowsOf([moved('2026-01-01T00:00:00Z', true, '100.00'), moved('2026-01-02T00:00:00Z', false, '30.00'), moved('2026-01-03T00:00:00Z', true, '5.00')], 'c', '75.00', 3);
    expect(flows.into).toBe(10500n);
    expect(flows.out).toBe(3000n);
    expect(flows.steps.at(-1)!.balance).toBe(7500n);
    expect(flows.steps[0]!.balance).toBe(10000n);
    expect(flows.steps.reduce((count, step) => count + step.into - step.out, 0n)).toBe(7500n);
  });
  it('leave out what was refused or only held', () => {
    expect(flowsOf([moved('2026-01-01T00:00:00Z', true, '100.00', { status: 'exceeds_credits' }), moved('2026-01-01T00:00:00Z', true, '100.00', { flags: ['pending'] })], 'c', '0.00', 3).steps).toEqual([]);
  });
});

it('says what is not whole in the tone of it', () => {
  expect(wholeness('whole').tone).toBe('good');
  expect(wholeness('whole, in transit').tone).toBe('attention');
  expect(wholeness('NOT WHOLE')).toEqual({ tone: 'bad', word: 'not whole' });
  expect(wholeness('UNBALANCED').tone).toBe('bad');
  expect(joinWords(['a', 'b', 'c'])).toBe('a, b and c');
  expect(joinWords([])).toBe('');
});
