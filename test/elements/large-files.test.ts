// Files larger than the platform would ever hold go up and down through elements as they are, in little memory.

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxApplications } from '../../sandbox/applications.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { connectAccount, type VendorSide } from '../support/accounts.ts';
import { control } from '../support/consent.ts';
import { digestOf, downloadFile, extraMemory, uploadFile } from '../support/large-files.ts';
import { createTestDatabase, createTestKeyring, credentials, platformEnvironment } from '../support/platform.ts';
import { makeDataFolder, type ServerProcess, startServerProcess } from '../support/server-process.ts';

const fileBytes = 200 * 1024 ** 2;
const extraBytes = 64e6;

let sandbox: Sandbox;
let server: ServerProcess;
let dataFolder: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  dataFolder = await makeDataFolder();
  const options = { databaseUrl: await createTestDatabase(), keyring: createTestKeyring(), dataFolder };
  server = await startServerProcess(platformEnvironment({ ...options, routes: sandbox.routes }));
});
afterAll(async () => {
  await server.kill();
  await sandbox.close();
  await rm(dataFolder, { recursive: true, force: true });
});

const side = (element: string, hub: string, vendor: 'salesforce' | 'zendesk', configuration = {}): VendorSide => ({
  ...{ element, hub, vendor, application: sandboxApplications[vendor], pingPath: '', configuration },
});

describe.each<[VendorSide, string, (answer: Record<string, unknown>) => string]>([
  [
    side('sfdcdocuments', 'documents', 'salesforce'),
    '/files?path=/large.bin&overwrite=true',
    ({ id }) => `/files/${id}`,
  ],
  [
    side('zendesk', 'helpdesk', 'zendesk', { 'zendesk.subdomain': 'acme' }),
    '/incidents/1/attachments',
    ({ id }) => `/attachments/${id}/data`,
  ],
])('$element', (account, up, down) => {
  test('a large file comes down as it went up', async () => {
    await control(sandbox.url, 'POST', '/settings', { vendor: account.vendor, largestUploadBytes: 4 * fileBytes });
    const { token } = await connectAccount(server, sandbox.url, account);
    const authorization = credentials(token);
    const url = (path: string) => `${server.url}/elements/api-v2/hubs/${account.hub}${path}`;
    const move = async (bytes: number) => {
      const answer = await uploadFile(url(up), authorization, { bytes });
      return downloadFile(url(down(answer)), authorization);
    };
    await move(1024 ** 2);
    let came: Awaited<ReturnType<typeof move>> | undefined;
    const work = async () => {
      came = await move(fileBytes);
    };
    // the peak of a process's memory can only be read on Linux
    if (existsSync('/proc/self/clear_refs'))
      expect((await extraMemory(server.pid, work)).extra).toBeLessThan(extraBytes);
    else await work();
    expect(came).toEqual({ bytes: fileBytes, digest: digestOf(fileBytes) });
  });
});
