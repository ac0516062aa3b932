// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { add, basisPoints, compare, format, fraction, isDecimal, parse, percent, percentOfPpm, shortened, shown, split, subtract, sum } from '../../src/lib/decimal';

describe('decimal text', () => {
  it('is added to the last place, beyond what a number can hold', () => {
    expect(add('0.1', '0.2')).toBe('0.3');
    expect(add('340282366920938463463374607431768211455.000001', '0.999999')).toBe('340282366920938463463374607431768211456.000000');
    expect(subtract('1.00', '1.000001')).toBe('-0.000001');
    expect(sum([])).toBe('0');
    expect(sum(['-5', '2.50', '2.50'])).toBe('0.00');
  });
  it('is compared by value, not by its letters', () => {
    expect(compare('10', '9.99')).toBe(1);
    expect(compare('-10', '-9.99')).toBe(-1);
    expect(compare('1.50', '1.5')).toBe(0);
  });
  it('goes through its parts and back', () => {
    for (const text of ['0', '-0.01', '12.340', '-1', '0.000001', '99999999999999999999.99']) expect(format(parse(text))).toBe(text);
    for (const text of ['', '1.', '.5', '1e5', '+1', '1,000', '0x1', ' 1']) expect(isDecimal(text)).toBe(false);
  });
  it('is never rounded up in a ratio', () => {
    expect(basisPoints('99.9999', '100')).toBe(9999);
    expect(basisPoints('100.00', '100')).toBe(10000);
    expect(basisPoints('-0.01', '100')).toBe(-1);
    expect(basisPoints('1', '0.00')).toBeNull();
    expect(percent(10009)).toBe('100.09 %');
    expect(percent(9999)).toBe('99.99 %');
  });
  it('is grouped for the eye and cut, not rounded', () => {
    expect(shown('-1234567.891')).toBe('−1,234,567.891');
    expect(shown('123')).toBe('123');
    expect(split('5844711.203040', 2)).toEqual(['5,844,711.20', '3040']);
    expect(split('12', 2)).toEqual(['12', '']);
    expect(shortened('0.999', 2)).toBe('0.99');
    expect(shortened('1999.9', 0)).toBe('1,999');
    expect(shown('no number')).toBe('no number');
  });
  it('finds its place between two others', () => {
    expect(fraction(5n, 0n, 10n)).toBe(0.5);
    expect(fraction(5n, 5n, 5n)).toBe(0);
  });
});

it('reads parts of a million as percent, without rounding', () => {
  expect(percentOfPpm('1000900')).toBe('100.09 %');
  expect(percentOfPpm('999999')).toBe('99.9999 %');
  expect(percentOfPpm('1200000')).toBe('120.00 %');
  expect(percentOfPpm('-50')).toBe('−0.005 %');
  expect(percentOfPpm('none')).toBe('none');
});
