// Deployments of Apex and remote sites as files (Metadata API "deploy()", "checkDeployStatus()"): a zip file whose package.xml,
// and destructiveChanges.xml, list what it is about. All of it is deployed, or nothing.

import { inflateRawSync } from 'node:zlib';
import type { RestCall } from './call.ts';
import { Refusal } from './errors.ts';
import { addSite, createClass, createTrigger, type DeployedCode, removeSite } from './tooling-code.ts';

/** What became of a deployment. */
export interface Deployment {
  id: string;
  problems: { fileName: string; problem: string }[];
  /** how often somebody asks before it is said to be done */
  pending: number;
}

/** Deploys a zip file in base64; active organizations want a test to be run, as `runTests` names one (_assumed_ to pass). */
export function deploy(call: RestCall, zip: string, runTests: readonly string[]): Omit<Deployment, 'id' | 'pending'> {
  const { deployed } = call.data;
  const before = copyOf(deployed);
  const problems: Deployment['problems'] = [];
  const attempt = (fileName: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ fileName, problem: error.message });
    }
  };
  const files = readZip(Buffer.from(zip, 'base64'));
  const allowed = { ...call, isActiveOrganization: false };
  if (!files.has('package.xml')) problems.push({ fileName: 'package.xml', problem: 'No package.xml found' });
  for (const [kind, name] of membersOf(files.get('destructiveChanges.xml') ?? '')) {
    // What is not there is a warning only (deploy(), "Deleting Components").
    removeByName(deployed, kind, name);
  }
  const texts = [...files].filter(([path]) => !path.endsWith('-meta.xml'));
  const inFolder = (folder: string) => texts.filter(([path]) => path.startsWith(`${folder}/`));
  const isTest = (text: string) => /@isTest/i.test(text);
  const hasCode = inFolder('triggers').length > 0 || inFolder('classes').some(([, text]) => !isTest(text));
  const tests = inFolder('classes').filter(([, text]) => isTest(text));
  const isTested = runTests.every((name) => tests.some(([path]) => path === `classes/${name}.cls`));
  if (call.isActiveOrganization && hasCode && (runTests.length === 0 || !isTested)) {
    problems.push({
      fileName: 'package.xml',
      problem: 'Average test coverage across all Apex Classes and Triggers is 0%',
    });
  }
  for (const [path, text] of inFolder('remoteSiteSettings')) {
    const fullName = nameOf(path);
    const member = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
    removeSite(deployed, fullName);
    attempt(path, () =>
      addSite(call, {
        ...{ fullName, url: member('url'), description: member('description') },
        isActive: member('isActive') === 'true',
        disableProtocolSecurity: member('disableProtocolSecurity') === 'true',
      }),
    );
  }
  for (const [path, Body] of inFolder('classes').filter(([, text]) => !isTest(text))) {
    removeByName(deployed, 'ApexClass', nameOf(path));
    attempt(path, () => createClass(allowed, { Name: nameOf(path), Body }));
  }
  for (const [path, Body] of inFolder('triggers')) {
    removeByName(deployed, 'ApexTrigger', nameOf(path));
    const TableEnumOrId = /\bon\s+(\w+)/i.exec(Body)?.[1];
    attempt(path, () => createTrigger(allowed, { Name: nameOf(path), Body, TableEnumOrId }));
  }
  if (problems.length > 0) Object.assign(deployed, before);
  return { problems };
}

function copyOf({ ApexClass, ApexTrigger, RemoteProxy, made }: DeployedCode): DeployedCode {
  return { ApexClass: [...ApexClass], ApexTrigger: [...ApexTrigger], RemoteProxy: [...RemoteProxy], made };
}

function nameOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.\w+$/, '');
}

function membersOf(manifest: string): [kind: string, name: string][] {
  return [...manifest.matchAll(/<types>(.*?)<\/types>/gs)].flatMap(([, types = '']) => {
    const kind = /<name>([^<]*)<\/name>/.exec(types)?.[1] ?? '';
    return [...types.matchAll(/<members>([^<]*)<\/members>/g)].map(([, name = '']): [string, string] => [kind, name]);
  });
}

/** Whether there was a component of this name. */
function removeByName(deployed: DeployedCode, kind: string, name: string): boolean {
  if (kind === 'RemoteSiteSetting') return removeSite(deployed, name);
  if (kind !== 'ApexClass' && kind !== 'ApexTrigger') return false;
  const components: { record: Record<string, unknown> }[] = deployed[kind];
  const at = components.findIndex(({ record }) => String(record['Name']).toLowerCase() === name.toLowerCase());
  if (at >= 0) components.splice(at, 1);
  return at >= 0;
}

/** The texts of a zip file by their paths, as its central directory lists them; none of what is no zip file. */
function readZip(zip: Buffer): Map<string, string> {
  const texts = new Map<string, string>();
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) return texts;
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28));
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + size);
    texts.set(name, (method === 0 ? bytes : inflateRawSync(bytes)).toString('utf8'));
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return texts;
}
