// A vendor with one long list, a process of its own: `node rows-server.ts <rows> <milliseconds>` takes so long for each
// request, and prints its address when it listens.

import { setTimeout as wait } from 'node:timers/promises';
import { startRowsVendor } from '../test/support/rows-vendor.ts';

const [, , rows, milliseconds] = process.argv.map(Number);
const vendor = await startRowsVendor(rows);
if (milliseconds !== undefined && milliseconds > 0) {
  vendor.before = async () => {
    await wait(milliseconds);
    return undefined;
  };
}
console.log(vendor.url);
