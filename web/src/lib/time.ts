// SPDX-License-Identifier: Apache-2.0
//
// Times are RFC 3339 in UTC with up to nine places; the page shows them to the second, with an age.

// '2024-01-01T00:00:00.123456789Z' -> '2024-01-01 00:00:00'
export function shownTime(text: string | null | undefined): string {
  if (!text || text.startsWith('1970-01-01T00:00:00Z')) return '—';
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(text);
  return match ? `${match[1]} ${match[2]}` : text;
}

export function millis(text: string): number {
  return Date.parse(text.replace(/(\.\d{3})\d+/, '$1'));
}

const steps: [number, string][] = [
  [365.25 * 86_400, 'year'],
  [30.44 * 86_400, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];

// 'just now', '12 s ago', '3 minutes ago', 'in 2 days'
export function age(text: string | null | undefined, now: number): string {
  if (!text) return '';
  const seconds = (now - millis(text)) / 1000;
  if (Number.isNaN(seconds)) return '';
  const size = Math.abs(seconds);
  if (size < 2) return 'just now';
  let words = `${Math.floor(size)} s`;
  for (const [length, name] of steps) {
    if (size >= length) {
      const count = Math.floor(size / length);
      words = `${count} ${name}${count === 1 ? '' : 's'}`;
      break;
    }
  }
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}

const exact: [number, string][] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

// '5840' seconds -> '1 hour 37 minutes': the two largest units, cut
export function lasting(seconds: string): string {
  if (!/^\d{1,12}$/.test(seconds)) return seconds;
  const words: string[] = [];
  let rest = Number(seconds);
  for (const [length, name] of exact) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count && words.length < 2) words.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    else if (words.length) break;
  }
  return words.join(' ') || 'none';
}

// '48h' -> '2 days'; '1h' -> '1 hour'; '0s' -> 'at once'
export function duration(text: string | null | undefined): string {
  if (!text) return '—';
  const units: Record<string, number> = { d: 86_400, h: 3_600, m: 60, s: 1 };
  let total = 0;
  let rest = text;
  while (rest) {
    const part = /^(\d+)(ms|us|ns|d|h|m|s)/.exec(rest);
    if (!part) return text;
    const size = units[part[2]!];
    if (size === undefined) return text;
    total += Number(part[1]) * size;
    rest = rest.slice(part[0].length);
  }
  if (total === 0) return 'none';
  for (const [size, name] of exact) {
    if (total % size === 0) return `${total / size} ${name}${total === size ? '' : 's'}`;
  }
  return text;
}
