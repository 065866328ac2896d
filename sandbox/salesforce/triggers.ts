// What happens when a record changes and a trigger is active: its class's future method makes one callout, behind the answer
// to whoever changed the record, and an AsyncApexJob tells what came of it. Salesforce never repeats a callout.

import type { Webhooks } from '../webhooks.ts';
import type { Callout, Operation, Shape } from './apex.ts';
import type { SObject } from './objects/field.ts';
import { attributesOf } from './query.ts';
import { dateTime, needObject, type Records, type SalesforceRecord } from './records.ts';
import { type DeployedCode, findClass } from './tooling-code.ts';

/** A record that somebody changed, as it was before and as it is. */
export interface RecordChange {
  object: SObject;
  operation: Operation;
  before: SalesforceRecord | undefined;
  after: SalesforceRecord | undefined;
  userId: string;
}

/** Runs the organization's triggers; `send` takes what goes out. */
export function runTriggers(
  { deployed, records }: { deployed: DeployedCode; records: Records },
  change: RecordChange,
  send: Webhooks['send'],
  now: Date,
): void {
  for (const { code, record } of deployed.ApexTrigger) {
    if (record['Status'] !== 'Active' || record['TableEnumOrId'] !== change.object.name) continue;
    if (!code.operations.includes(change.operation)) continue;
    const used = findClass(deployed, code.className);
    const method = used?.code.methods.get(code.methodName.toLowerCase());
    if (used === undefined || method === undefined) continue;
    const version = `/services/data/v${used.record['ApiVersion']}.0`;
    const rows = code.records(change.operation) === 'new' ? change.after : change.before;
    const objects = rows === undefined ? null : [serialized(change.object, rows, version)];
    const body = JSON.stringify(bodyOf(method.shape, objects, code.action(change.operation)));
    const job = records.insert(needObject('AsyncApexJob'), {
      ...jobStamps(change.userId, now),
      ApexClassId: used.record['Id'] ?? null,
      MethodName: method.futureName,
      JobType: 'Future',
      Status: 'Queued',
    });
    const id = String(rows?.['Id'] ?? '');
    callOut(deployed, method.callout, body, { job, occasion: `${code.name} ${change.operation} ${id}`, send });
  }
}

function callOut(
  deployed: DeployedCode,
  { endpoint, method, headers, timeoutMs }: Callout,
  body: string,
  { job, occasion, send }: { job: SalesforceRecord; occasion: string; send: Webhooks['send'] },
): void {
  if (!isRegistered(deployed, endpoint)) {
    fail(job, `Unauthorized endpoint, please check Setup->Security->Remote site settings. endpoint = ${endpoint}`);
    return;
  }
  // Any answer ends a future method well: Apex throws only when there is none.
  let isAnswered = false;
  send({
    vendor: 'salesforce',
    occasion,
    method,
    url: endpoint,
    headers,
    body,
    rule: {
      timeoutMs,
      retries: [],
      accepts({ status }) {
        isAnswered = true;
        return status >= 200 && status < 300;
      },
    },
    onAttempt() {
      if (isAnswered) Object.assign(job, { Status: 'Completed' });
      else fail(job, `IO Exception: no answer from ${endpoint}`);
    },
  });
}

function fail(job: SalesforceRecord, reason: string): void {
  Object.assign(job, { Status: 'Failed', NumberOfErrors: 1, ExtendedStatus: `System.CalloutException: ${reason}` });
}

/** Scheme, host and port count ("Adding Remote Site Settings"). */
function isRegistered(deployed: DeployedCode, endpoint: string): boolean {
  const origin = URL.parse(endpoint)?.origin;
  return deployed.RemoteProxy.some(({ code }) => code.isActive && URL.parse(code.url)?.origin === origin);
}

/** As JSON.serialize() writes a record: what is empty is left out. */
function serialized(object: SObject, record: SalesforceRecord, version: string): object {
  const fields = object.fields.filter(({ name, type }) => type !== 'base64' && (record[name] ?? null) !== null);
  return {
    attributes: attributesOf(object, record['Id'] ?? null, version),
    ...Object.fromEntries(fields.map(({ name }) => [name, record[name]])),
  };
}

function bodyOf(shape: Shape, objects: unknown, action: string): object {
  return Object.fromEntries(
    shape.map(([name, what]) => [name, what === 'records' ? objects : what === 'action' ? action : what.text]),
  );
}

function jobStamps(userId: string, now: Date): SalesforceRecord {
  const time = dateTime(now);
  return {
    CreatedDate: time,
    CreatedById: userId,
    LastModifiedDate: time,
    LastModifiedById: userId,
    SystemModstamp: time,
  };
}
