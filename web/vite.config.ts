// SPDX-License-Identifier: Apache-2.0
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

// What of others is built in, with the words that its licences ask to be passed on.
const builtIn = { svelte: 'LICENSE.md', clsx: 'license', 'esm-env': 'LICENSE', '@fontsource-variable/inter': 'LICENSE' };
const licences: Plugin = {
  name: 'licences',
  generateBundle() {
    const texts = Object.entries(builtIn).map(([name, file]) => {
      const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string };
      return `${name} ${version}\n\n${readFileSync(`node_modules/${name}/${file}`, 'utf8').trim()}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join('\n' + '-'.repeat(78) + '\n\n') });
  },
};

// A server to ask while the pages are worked on: COFFERDAM_SERVER, or the port that serve takes.
const target = process.env['COFFERDAM_SERVER'] ?? 'http://127.0.0.1:8420';
const proxy = {
  '/v1': { target, ws: true },
  '/health': target,
  '/ready': target,
  '/openapi.json': target,
};

// Everything comes from the program itself: no inline script or style, no data: address for files,
// so that the strict policy of the server holds.
export default defineConfig({
  plugins: [svelte(), licences],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    fs: { allow: ['..'] },
    proxy,
  },
  preview: { proxy },
  test: { include: ['test/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
