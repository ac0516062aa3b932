// SPDX-License-Identifier: Apache-2.0
//
// Money as the server gives it: decimal text, exact. Nothing here goes through a JavaScript number.

export interface Decimal {
  units: bigint;
  scale: number;
}

const form = /^(-?)(\d+)(?:\.(\d+))?$/;

export function isDecimal(text: unknown): text is string {
  return typeof text === 'string' && form.test(text);
}

export function parse(text: string): Decimal {
  const match = form.exec(text);
  if (!match) throw new Error(`'${text}' is no decimal number`);
  const fraction = match[3] ?? '';
  const units = BigInt(match[2] + fraction);
  return { units: match[1] ? -units : units, scale: fraction.length };
}

function at(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

export function format(value: Decimal): string {
  const negative = value.units < 0n;
  const digits = (negative ? -value.units : value.units).toString().padStart(value.scale + 1, '0');
  const cut = digits.length - value.scale;
  return (negative ? '-' : '') + digits.slice(0, cut) + (value.scale ? '.' + digits.slice(cut) : '');
}

export function add(a: string, b: string): string {
  const [x, y] = [parse(a), parse(b)];
  const scale = Math.max(x.scale, y.scale);
  return format({ units: at(x, scale) + at(y, scale), scale });
}

export function negate(a: string): string {
  const x = parse(a);
  return format({ units: -x.units, scale: x.scale });
}

export function subtract(a: string, b: string): string {
  return add(a, negate(b));
}

// A quantity times what one smallest part of it is worth, in smallest units of a value asset.
export function multiply(quantity: string, quantityScale: number, unit: string, valueScale: number): string {
  return format({ units: at(parse(quantity), quantityScale) * parse(unit).units, scale: valueScale });
}

// a * by / of, cut at the scale of a.
export function divide(a: string, by: number, of: number): string {
  const x = parse(a);
  return format({ units: (x.units * BigInt(by)) / BigInt(of), scale: x.scale });
}

// The part of an amount that is to it as one is to all, cut at its scale.
export function share(amount: string, one: string, all: string): string {
  const [x, y, z] = [parse(amount), parse(one), parse(all)];
  const scale = Math.max(y.scale, z.scale);
  const below = at(z, scale);
  return format({ units: below === 0n ? 0n : (x.units * at(y, scale)) / below, scale: x.scale });
}

export function sum(all: Iterable<string>): string {
  let total = '0';
  for (const one of all) total = add(total, one);
  return total;
}

export function compare(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  const scale = Math.max(x.scale, y.scale);
  const [left, right] = [at(x, scale), at(y, scale)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export function isZero(text: string): boolean {
  return parse(text).units === 0n;
}

export function isNegative(text: string): boolean {
  return parse(text).units < 0n;
}

export function absolute(text: string): string {
  return text.startsWith('-') ? text.slice(1) : text;
}

// a / b in parts of 10,000, rounded down, so that 99.999 % never reads as 100 %. Null: b is zero.
export function basisPoints(a: string, b: string): number | null {
  const [x, y] = [parse(a), parse(b)];
  const scale = Math.max(x.scale, y.scale);
  const below = at(y, scale);
  if (below <= 0n) return null;
  const above = at(x, scale) * 10_000n;
  const quotient = above / below - (above < 0n && above % below !== 0n ? 1n : 0n);
  return quotient > 100_000_000n ? 100_000_000 : Number(quotient);
}

export function percent(points: number): string {
  const sign = points < 0 ? '−' : '';
  const whole = Math.abs(points);
  return `${sign}${group(String(Math.floor(whole / 100)))}.${String(whole % 100).padStart(2, '0')} %`;
}

function group(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',');
}

// For the eye: groups of three, a real minus. Copying takes the text as the server gave it.
export function shown(text: string): string {
  const match = form.exec(text);
  if (!match) return text;
  return (match[1] ? '−' : '') + group(match[2]!) + (match[3] ? '.' + match[3] : '');
}

// The same in two pieces, so that the places behind the first ones can stand back.
export function split(text: string, places: number): [string, string] {
  const all = shown(text);
  const point = all.indexOf('.');
  const cut = point < 0 ? all.length : places ? point + 1 + places : point;
  return [all.slice(0, cut), all.slice(cut)];
}

// The first piece alone: cut, never rounded up. Where the whole figure stands elsewhere.
export function shortened(text: string, places: number): string {
  return split(text, places)[0];
}

// '1000900' parts of a million -> '100.09 %', with every place that is not zero.
export function percentOfPpm(ppm: string): string {
  if (!/^-?\d+$/.test(ppm)) return ppm;
  const [first, rest] = split(format({ units: BigInt(ppm), scale: 4 }), 2);
  return `${first}${rest.replace(/0+$/, '')} %`;
}

// For drawing only: where a value lies between two others, 0 to 1.
export function fraction(value: bigint, from: bigint, to: bigint): number {
  if (to <= from) return 0;
  return Number(((value - from) * 1_000_000n) / (to - from)) / 1_000_000;
}
