// SPDX-License-Identifier: Apache-2.0

export type Choice = 'system' | 'light' | 'dark';
const name = 'cofferdam.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

class Theme {
  choice = $state<Choice>('system');

  constructor() {
    try {
      const kept = localStorage.getItem(name);
      if (kept === 'light' || kept === 'dark') this.choice = kept;
    } catch {
      // Without storage the system's choice holds.
    }
    dark.addEventListener('change', () => this.apply());
  }

  choose(choice: Choice): void {
    this.choice = choice;
    try {
      localStorage.setItem(name, choice);
    } catch {
      // It holds until the page is closed.
    }
    this.apply();
  }

  apply(): void {
    const is = this.choice === 'system' ? (dark.matches ? 'dark' : 'light') : this.choice;
    document.documentElement.dataset['theme'] = is;
  }
}

export const theme = new Theme();
