// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { age, duration, lasting, millis, shownTime } from '../../src/lib/time';

const now = Date.parse('2026-03-01T12:00:00Z');

it('shows times to the second and nothing for none', () => {
  expect(shownTime('2026-03-01T11:59:58.123456789Z')).toBe('2026-03-01 11:59:58');
  expect(shownTime(null)).toBe('—');
  expect(shownTime('1970-01-01T00:00:00Z')).toBe('—');
  expect(millis('2026-03-01T12:00:00.123456789Z')).toBe(now + 123);
});

it('says how old in words', () => {
  expect(age('2026-03-01T11:59:59.500000000Z', now)).toBe('just now');
  expect(age('2026-03-01T11:59:18Z', now)).toBe('42 s ago');
  expect(age('2026-03-01T11:59:00Z', now)).toBe('1 minute ago');
  expect(age('2026-02-27T12:00:00Z', now)).toBe('2 days ago');
  expect(age('2024-01-01T00:00:00Z', now)).toBe('2 years ago');
  expect(age('2026-03-03T13:00:00Z', now)).toBe('in 2 days');
  expect(age('nonsense', now)).toBe('');
});

it('says how long in words', () => {
  expect(duration('48h')).toBe('2 days');
  expect(duration('1h30m')).toBe('90 minutes');
  expect(duration('1d')).toBe('1 day');
  expect(duration('0s')).toBe('none');
  expect(duration('5ms')).toBe('5ms');
});

it('says a number of seconds by its two largest units', () => {
  expect(lasting('5840')).toBe('1 hour 37 minutes');
  expect(lasting('3600')).toBe('1 hour');
  expect(lasting('86460')).toBe('1 day');
  expect(lasting('90061')).toBe('1 day 1 hour');
  expect(lasting('59')).toBe('59 seconds');
  expect(lasting('0')).toBe('none');
  expect(lasting('-1')).toBe('-1');
});
