// SPDX-License-Identifier: Apache-2.0
//
// Owners by the labels that people know them by. The books keep opaque ids; the labels lie beside
// them and may be erased, so that not every owner has one.

import { query } from './query.svelte';

export interface OwnerLabel { owner: string; label: string }

const ownersMost = 100_000;

export interface Owners {
  readonly loaded: boolean;
  label(owner: string | null | undefined): string;
  find(text: string, most: number): OwnerLabel[];
}

// Call while a component is made. Labels change rarely: they are asked once for each page.
export function owners(): Owners {
  const listed = query<OwnerLabel>(() => ({ operation: 'owner.list', most: ownersMost }), { live: false });
  const labels = $derived(new Map(listed.rows.map((row) => [row.owner, row.label])));
  return {
    get loaded() {
      return listed.loaded;
    },
    label: (owner) => (owner ? (labels.get(owner) ?? '') : ''),
    find(text, most) {
      const part = text.trim().toLowerCase();
      if (!part) return [];
      const found = listed.rows.filter((row) => row.label.toLowerCase().includes(part));
      return found.sort((a, b) => a.label.length - b.label.length || a.label.localeCompare(b.label, 'en')).slice(0, most);
    },
  };
}

export function shortId(id: string): string {
  return id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}
