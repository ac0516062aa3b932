// SPDX-License-Identifier: Apache-2.0
// pictures.mjs URL KEY FOLDER [NAME...]: pictures of the pages, for looking at them and for docs/images.
import { mkdirSync } from 'node:fs';
import { launch } from './chromium.mjs';

const [url, key, folder, ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const pictures = [
  { name: 'summary', page: '/summary' },
  { name: 'summary-dark', page: '/summary', theme: 'dark' },
  { name: 'summary-phone', page: '/summary', width: 390, height: 844 },
  { name: 'pools', page: '/pools' },
  { name: 'pool', page: '/pools/clients-a' },
  { name: 'pool-dark', page: '/pools/clients-a', theme: 'dark' },
  { name: 'pool-phone', page: '/pools/clients-a', width: 390, height: 844 },
  { name: 'custody', page: '/custody/5' },
  { name: 'custody-dark', page: '/custody/4', theme: 'dark' },
  { name: 'custody-phone', page: '/custody/5', width: 390, height: 844 },
  { name: 'decisions', page: '/custody/decisions' },
  { name: 'breaks', page: '/custody/breaks' },
  { name: 'breaks-dark', page: '/custody/breaks', theme: 'dark' },
  { name: 'waterfall', page: '/waterfall' },
  { name: 'waterfall-dark', page: '/waterfall', theme: 'dark' },
  { name: 'waterfall-phone', page: '/waterfall', width: 390, height: 844 },
  { name: 'liquidations', page: '/liquidations' },
  { name: 'liquidations-dark', page: '/liquidations', theme: 'dark' },
  { name: 'stress', page: '/stress' },
  { name: 'stress-dark', page: '/stress', theme: 'dark' },
  { name: 'insurance', page: '/insurance' },
  { name: 'insurance-dark', page: '/insurance', theme: 'dark' },
  { name: 'proofs', page: '/proofs' },
  { name: 'audit', page: '/audit' },
  { name: 'audit-dark', page: '/audit', theme: 'dark' },
  { name: 'record', page: '/audit/record/80' },
  { name: 'owner', page: '/audit/owner/9104' },
  { name: 'settings', page: '/settings' },
  { name: 'signin', page: '', key: false },
];
const browser = await launch();
for (const { name, page, theme = 'light', width = 1360, height = 860, key: signed = true } of pictures) {
  if (wanted.length && !wanted.includes(name)) continue;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const tab = await context.newPage();
  tab.on('console', (message) => console.log(`${name}: ${message.type()}: ${message.text()}`));
  tab.on('pageerror', (error) => console.log(`${name}: ${error}`));
  await tab.goto(signed ? `${url}/#key=${key}&page=${page}` : url);
  await tab.waitForTimeout(Number(process.env.WAIT ?? 1800));
  await tab.screenshot({ path: `${folder}/${name}.png`, fullPage: !process.env.VIEW });
  await context.close();
}
await browser.close();
