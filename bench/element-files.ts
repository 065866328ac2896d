// A large file goes up and down through elements of the catalog, at the sandbox: what it takes of the server's memory.

import { sandboxApplications } from '../sandbox/applications.ts';
import { connectAccount, type VendorSide } from '../test/support/accounts.ts';
import { downloadFile, extraMemory, uploadFile } from '../test/support/large-files.ts';
import { credentials } from '../test/support/platform.ts';
import { load, serve } from './child.ts';
import { startGround } from './ground.ts';
import type { Row, Scenario } from './scenario.ts';

const warmBytes = 1024 ** 2;
const extraBytes = 64e6;

/** An element that takes files: where they go up, and where they come down. */
interface FileSide extends VendorSide {
  what: string;
  warm: string;
  up: string;
  down(answer: Record<string, unknown>): string;
  /** where it is copied, if it can be */
  copy?(answer: Record<string, unknown>): string;
}

const sides: FileSide[] = [
  {
    what: 'a document',
    element: 'sfdcdocuments',
    hub: 'documents',
    vendor: 'salesforce',
    application: sandboxApplications.salesforce,
    pingPath: '',
    configuration: {},
    warm: '/search?pageSize=5',
    up: '/files?path=/large.bin&overwrite=true',
    down: ({ id }) => `/files/${id}`,
    copy: ({ id }) => `/files/${id}/copy?overwrite=true`,
  },
  {
    what: 'a ticket’s attachment',
    element: 'zendesk',
    hub: 'helpdesk',
    vendor: 'zendesk',
    application: sandboxApplications.zendesk,
    pingPath: '',
    configuration: { 'zendesk.subdomain': 'acme' },
    warm: '/incidents?pageSize=5',
    up: '/incidents/1/attachments',
    down: ({ id }) => `/attachments/${id}/data`,
  },
];

/** Up and down, each after a warm-up with calls and a small file. */
export const elementFiles: Scenario = async ({ scale, report }) => {
  const bytes = Math.ceil(2 * 1024 ** 3 * scale);
  const vendor = await serve(new URL('./sandbox.ts', import.meta.url));
  const ground = await startGround();
  try {
    const routes = JSON.stringify({ '*': `${vendor.url}/{host}` });
    const server = await ground.startServer(await ground.createDatabase('files'), { VALENCE_ROUTES: routes });
    const rows: Row[] = [];
    for (const side of sides) {
      const { token } = await connectAccount(server, vendor.url, side);
      const authorization = credentials(token);
      const url = (path: string) => `${server.url}/elements/api-v2/hubs/${side.hub}${path}`;
      await load({ url: url(side.warm), headers: { authorization }, connections: 16, calls: 2000 });
      let answer = await uploadFile(url(side.up), authorization, { bytes: warmBytes });
      await downloadFile(url(side.down(answer)), authorization);
      const measure = async (way: string, work: () => Promise<unknown>) => {
        report(`${side.element} ${way}: ${bytes} bytes`);
        const started = performance.now();
        const { extra, before } = await extraMemory(server.pid, work);
        const rate = bytes / ((performance.now() - started) / 1000);
        rows.push({
          what: `${side.what} of ${(bytes / 1024 ** 3).toFixed(1)} GB goes ${way} (${side.element})`,
          asked: 'under 64 MB of extra memory',
          seen: `${mega(extra)} MB more than ${mega(before)} MB; ${mega(rate)} MB/s`,
          holds: extra < extraBytes,
        });
      };
      await measure('up', async () => {
        answer = await uploadFile(url(side.up), authorization, { bytes });
      });
      await measure('down', async () => {
        const came = await downloadFile(url(side.down(answer)), authorization);
        if (came.bytes !== bytes) throw new Error(`${came.bytes} bytes came down instead of ${bytes}`);
      });
      const { copy } = side;
      if (copy === undefined) continue;
      await measure('up again as a copy', async () => {
        const path = `/hubs/${side.hub}${copy(answer)}`;
        const { status, body } = await server.call('POST', path, { authorization, body: { path: '/copied.bin' } });
        if (status !== 200 || body.size !== bytes) throw new Error(`The copy was answered ${status} ${body.message}`);
      });
    }
    return rows;
  } finally {
    await ground.stop();
    await vendor.stop();
  }
};

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
