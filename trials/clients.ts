// `npm run clients -- <folders or files of element documents>`: two existing client programs, unchanged, upload, download,
// update and delete these elements and those of the catalog at a server; every field that comes back otherwise is told.

import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startServer } from '../src/start.ts';
import { startDoctorClients } from '../test/support/doctor-clients.ts';
import { type CallOptions, callPlatform } from '../test/support/platform.ts';
import { catalogDocuments, clientTrip, type ElementDocument, type TripLine } from './client-trip.ts';
import { readDocuments } from './element-document.ts';

const paths = process.argv.slice(2);
const given = (await readDocuments(paths)) as unknown as ElementDocument[];

const folder = await mkdtemp(join(tmpdir(), 'valence-clients-'));
// As root, PostgreSQL runs as another user, who must be able to pass through.
await chmod(folder, 0o711);
const server = await startServer({ VALENCE_PORT: '0', VALENCE_DATA: folder }, pino({ level: 'silent' }));
const { userSecret = '', organizationSecret = '' } = JSON.parse(
  readFileSync(join(folder, 'admin.json'), 'utf8'),
) as Record<string, string>;
const authorization = `User ${userSecret}, Organization ${organizationSecret}`;
const call = (method: string, path: string, options?: CallOptions) =>
  callPlatform(server.url, method, path, { authorization, ...options });
const doctor = await startDoctorClients({ url: server.url, userSecret, organizationSecret });

let lines = 0;
let faulty = 0;
try {
  const documents = [...given, ...(await catalogDocuments(call))];
  for (const client of doctor.clients) {
    const report = (line: TripLine) => print(client.name, line);
    await clientTrip(documents, { client, call, report, folder: join(doctor.folder, client.name) });
  }
  console.log(
    `${documents.length} elements, ${doctor.clients.length} clients, ${lines} lines: ${faulty === 0 ? 'all held' : `${faulty} with DIFFERENCES`}`,
  );
} finally {
  await doctor.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = faulty === 0 ? 0 : 1;

function print(client: string, { step, element, note, faults }: TripLine): void {
  lines++;
  if (faults.length > 0) faulty++;
  const outcome = faults.length > 0 ? 'DIFFERENT' : (note ?? 'held');
  console.log([client, step, ...(element === undefined ? [] : [element]), outcome].join(' | '));
  for (const fault of faults) console.log(`    ${fault}`);
}
