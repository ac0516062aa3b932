// SPDX-License-Identifier: Apache-2.0
//
// A figure that a hand moves: what is asked with it waits until the hand rests. What stays on the
// page meanwhile is the last answer with its own question (Query.last), not with the hand's figure.

import { untrack } from 'svelte';

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
