// The sandbox as a process of its own, with vendors that take files of any size.

import { startSandbox } from '../sandbox/server.ts';
import { control } from '../test/support/consent.ts';

const sandbox = await startSandbox();
for (const vendor of ['zendesk', 'desk', 'salesforce']) {
  await control(sandbox.url, 'POST', '/settings', { vendor, largestUploadBytes: 4 * 1024 ** 3 });
}
console.log(sandbox.url);
process.once('SIGTERM', () => void sandbox.close().then(() => process.exit(0)));
