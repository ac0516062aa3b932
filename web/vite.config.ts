// SPDX-License-Identifier: Apache-2.0
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Everything comes from the program itself: no inline script or style, no data: address for files,
// so that the strict policy of the server holds.
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    fs: { allow: ['..'] },
    proxy: {
      '/v1': { target: 'http://127.0.0.1:8420', ws: true },
      '/health': 'http://127.0.0.1:8420',
      '/ready': 'http://127.0.0.1:8420',
      '/openapi.json': 'http://127.0.0.1:8420',
    },
  },
  test: { include: ['test/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
