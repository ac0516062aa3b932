// SPDX-License-Identifier: Apache-2.0
//
// A figure that a hand moves: what is asked with it waits until the hand rests, and what was
// answered last stays on the page until the next answer is there.

import { untrack } from 'svelte';
import type { Query } from './query.svelte';

const restMillis = 120;

export function resting<T>(read: () => T): { readonly value: T } {
  let value = $state.raw<T>(untrack(read));
  $effect(() => {
    const next = read();
    const timer = setTimeout(() => (value = next), restMillis);
    return () => clearTimeout(timer);
  });
  return {
    get value() {
      return value;
    },
  };
}

export function lastOf<T>(query: Query<T>): { readonly rows: T[] } {
  let rows = $state.raw<T[]>([]);
  $effect(() => {
    if (query.loaded) rows = query.rows;
  });
  return {
    get rows() {
      return rows;
    },
  };
}
