// SPDX-License-Identifier: Apache-2.0
//
// A question that stays asked: when its parameters change it is asked anew, and when the feed says
// that the books have moved it is asked again. While an answer is on its way the last one stands.

import { untrack } from 'svelte';
import { Problem } from './api';
import { session } from './live.svelte';

export interface Asked {
  operation: string;
  parameters?: Record<string, string>;
  most?: number; // rows wanted at most, over several pages
}

export class Query<T> {
  rows = $state.raw<T[]>([]);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  loaded = $state(false);
  loading = $state(false);
  #asked = '';
  #again = false;

  get first(): T | undefined {
    return this.rows[0];
  }

  async ask(asked: Asked | null): Promise<void> {
    const name = JSON.stringify(asked);
    if (name !== this.#asked) {
      this.#asked = name;
      this.rows = [];
      this.loaded = false;
      this.problem = null;
      this.#again = false;
    } else if (this.loading) {
      this.#again = true;
      return;
    }
    const api = session.api;
    if (!asked || !api) return;
    this.loading = true;
    const from = performance.now();
    try {
      const listing = asked.most
        ? await api.queryAll<T>(asked.operation, { limit: String(Math.min(asked.most, 1000)), ...asked.parameters }, asked.most)
        : await api.query<T>(asked.operation, asked.parameters);
      if (name !== this.#asked) return;
      session.took(performance.now() - from);
      this.rows = listing.rows;
      this.next = listing.next;
      this.problem = null;
      this.loaded = true;
    } catch (error) {
      if (name !== this.#asked) return;
      this.problem = error instanceof Problem ? error : Problem.unreachable();
    } finally {
      if (name === this.#asked) this.loading = false;
    }
    if (name === this.#asked && this.#again) {
      this.#again = false;
      await this.ask(asked);
    }
  }
}

// Call while a component is made. `live: false` asks only when the parameters change, and when what
// `again` reads does. An operation that the server does not have is not asked.
export function query<T>(make: () => Asked | null, options: { live?: boolean; again?: () => unknown } = {}): Query<T> {
  const made = new Query<T>();
  $effect(() => {
    const asked = make();
    if (options.live !== false) void session.tick;
    options.again?.();
    if (!asked || session.has(asked.operation)) untrack(() => void made.ask(asked));
  });
  return made;
}
