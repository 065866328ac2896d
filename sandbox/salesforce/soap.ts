// The Metadata API's SOAP calls for custom objects, createMetadata(), updateMetadata(), deleteMetadata(), and the first and the
// last of them for remote site settings. Envelopes are read by the few names that these calls have.

import type { SandboxState } from '../state.ts';
import type { Answer, VendorRequest } from '../vendor.ts';
import type { OrganizationData } from './call.ts';
import { type Deployment, deploy } from './deployments.ts';
import { Refusal } from './errors.ts';
import type { CustomObjects } from './metadata.ts';
import { isActive, organizationOf, salesforceUserId } from './organization.ts';
import { recordId } from './record-id.ts';
import { dateTime } from './records.ts';
import { addSite, removeSite } from './tooling-code.ts';

const namespace = 'http://soap.sforce.com/2006/04/metadata';

/** A result of a call: what became of one component. */
type Result = { fullName: string; error?: { statusCode: string; message: string } };

/** Answers `POST /services/Soap/m/{version}`; the session is the access token, in the SessionHeader. */
export function metadataSoap(
  state: SandboxState,
  data: (organizationId: string) => OrganizationData,
  request: VendorRequest,
): Answer {
  const organization = organizationOf(request.host);
  const token = state.tokens.goodAccessToken('salesforce', elementOf(request.body, 'sessionId') ?? '');
  if (token === undefined || organizationOf(token.grant.host).host !== request.host) {
    return fault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session. Session not found');
  }
  const [, call] =
    /<(?:\w+:)?(createMetadata|updateMetadata|deleteMetadata|deploy|checkDeployStatus)[\s>]/.exec(request.body) ?? [];
  if (call === undefined) return fault('UNKNOWN_EXCEPTION', 'No operation available for this request');
  const kept = data(organization.id);
  const { customObjects } = kept;
  const now = dateTime(state.now());
  const userId = salesforceUserId(token.grant.account.number);
  if (call === 'deploy') {
    const base = `/services/data/v${/(\d+\.0)$/.exec(request.path)?.[1]}`;
    const isActiveOrganization = isActive(state, organization);
    const by = { request, data: kept, now: state.now(), userId, base, isActiveOrganization };
    const done = deploy(by, elementOf(request.body, 'ZipFile') ?? '', elementsOf(request.body, 'runTests'));
    const id = recordId('0Af', kept.deployments.size + 1);
    kept.deployments.set(id, { ...done, id, pending: state.settings.salesforce.deploymentChecks ?? 0 });
    return told(call, `<done>false</done><id>${id}</id><state>Queued</state>`);
  }
  if (call === 'checkDeployStatus') {
    const found = kept.deployments.get(elementOf(request.body, 'asyncProcessId') ?? '');
    if (found === undefined) return fault('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    return told(call, statusOf(found));
  }
  if (call === 'deleteMetadata') {
    const type = elementOf(request.body, 'type');
    if (type === 'RemoteSiteSetting') {
      return answer(
        call,
        elementsOf(request.body, 'fullNames').map((fullName) =>
          removeSite(kept.deployed, fullName) ? { fullName } : notThere(fullName, type),
        ),
      );
    }
    if (type !== 'CustomObject') return fault('INVALID_TYPE', 'type is not supported');
    return answer(
      call,
      elementsOf(request.body, 'fullNames').map((fullName) => remove(customObjects, fullName)),
    );
  }
  const sites = call === 'createMetadata' ? componentsOf(request.body, 'RemoteSiteSetting') : [];
  if (sites.length > 0) {
    const by = { data: kept, now: state.now(), userId };
    return answer(
      call,
      sites.map((body) => createSite(by, body)),
    );
  }
  const components = componentsOf(request.body, 'CustomObject');
  if (components.length === 0) return fault('INVALID_TYPE', 'Must specify an xsi:type of a metadata component');
  const write = call === 'createMetadata' ? create : update;
  return answer(
    call,
    components.map((body) => write(customObjects, body, now)),
  );
}

/** DeployResult, as far as somebody who waits for it reads it. */
function statusOf(deployment: Deployment): string {
  const { id, problems, pending } = deployment;
  const isDone = pending <= 0;
  deployment.pending -= 1;
  const isGood = problems.length === 0;
  const failures = problems.map(
    ({ fileName, problem }) =>
      `<componentFailures><fileName>${escapeXml(fileName)}</fileName><problem>${escapeXml(problem)}</problem><problemType>Error</problemType><success>false</success></componentFailures>`,
  );
  const status = isDone ? (isGood ? 'Succeeded' : 'Failed') : 'InProgress';
  return `${isDone ? `<details>${failures.join('')}</details>` : ''}<done>${isDone}</done><id>${id}</id><status>${status}</status><success>${isDone && isGood}</success>`;
}

function told(call: string, result: string): Answer {
  return envelope(200, `<${call}Response xmlns="${namespace}"><result>${result}</result></${call}Response>`);
}

function componentsOf(envelope: string, type: string): string[] {
  const pattern = new RegExp(`<(\\w+:)?metadata\\s[^>]*type="(?:\\w+:)?${type}"[^>]*>(.*?)</\\1?metadata>`, 'gs');
  return [...envelope.matchAll(pattern)].map(([, , body = '']) => body);
}

function createSite(by: Parameters<typeof addSite>[0], body: string): Result {
  const fullName = elementOf(body, 'fullName') ?? '';
  try {
    addSite(by, {
      fullName,
      url: elementOf(body, 'url'),
      description: elementOf(body, 'description'),
      isActive: elementOf(body, 'isActive') === 'true',
      disableProtocolSecurity: elementOf(body, 'disableProtocolSecurity') === 'true',
    });
    return { fullName };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { fullName, error: { statusCode: error.errorCode, message: error.message } };
  }
}

function create(objects: CustomObjects, body: string, now: string): Result {
  const fullName = elementOf(body, 'fullName') ?? '';
  const label = elementOf(body, 'label') ?? '';
  const pluralLabel = elementOf(body, 'pluralLabel') ?? '';
  const refuse = (statusCode: string, message: string) => ({ fullName, error: { statusCode, message } });
  if (!/^[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*__(?:c|kav)$/.test(fullName)) {
    const message =
      'The object name you provided on object Custom Object can only contain alphanumeric characters, must begin with a letter, cannot end with an underscore, and cannot contain two consecutive underscore characters.';
    return refuse('FIELD_INTEGRITY_EXCEPTION', message);
  }
  if (label === '') return refuse('REQUIRED_FIELD_MISSING', 'Must specify a non-empty label for the CustomObject');
  if (pluralLabel === '') {
    return refuse('REQUIRED_FIELD_MISSING', 'Must specify a non-empty pluralLabel for the CustomObject');
  }
  if (objects.find(fullName) !== undefined) {
    return refuse('DUPLICATE_DEVELOPER_NAME', 'There is already a Custom Object with this name.');
  }
  const description = elementOf(body, 'description') ?? null;
  objects.add({ fullName, label, pluralLabel, description, createdDate: now });
  return { fullName };
}

function update(objects: CustomObjects, body: string): Result {
  const fullName = elementOf(body, 'fullName') ?? '';
  const found = objects.find(fullName);
  if (found === undefined) return notThere(fullName);
  const label = elementOf(body, 'label');
  const pluralLabel = elementOf(body, 'pluralLabel');
  if (!label || !pluralLabel) {
    const name = label ? 'pluralLabel' : 'label';
    const message = `Must specify a non-empty ${name} for the CustomObject`;
    return { fullName, error: { statusCode: 'REQUIRED_FIELD_MISSING', message } };
  }
  Object.assign(found, { label, pluralLabel, description: elementOf(body, 'description') ?? found.description });
  return { fullName: found.fullName };
}

function remove(objects: CustomObjects, fullName: string): Result {
  const found = objects.find(fullName);
  if (found === undefined) return notThere(fullName);
  objects.remove(found);
  return { fullName };
}

function notThere(fullName: string, type = 'CustomObject'): Result {
  const message = `no ${type} named ${fullName} found`;
  return { fullName, error: { statusCode: 'INVALID_CROSS_REFERENCE_KEY', message } };
}

function answer(call: string, results: readonly Result[]): Answer {
  const written = results.map(({ fullName, error }) =>
    error === undefined
      ? `<result><fullName>${escapeXml(fullName)}</fullName><success>true</success></result>`
      : `<result><errors><message>${escapeXml(error.message)}</message><statusCode>${error.statusCode}</statusCode></errors><fullName>${escapeXml(fullName)}</fullName><success>false</success></result>`,
  );
  return envelope(200, `<${call}Response xmlns="${namespace}">${written.join('')}</${call}Response>`);
}

function fault(code: string, message: string): Answer {
  const text = `${code}: ${message}`;
  return envelope(
    500,
    `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${escapeXml(text)}</faultstring></soapenv:Fault>`,
  );
}

function envelope(status: number, body: string): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="${namespace}"><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
  return { status, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: text };
}

function elementOf(text: string, name: string): string | undefined {
  return elementsOf(text, name)[0];
}

function elementsOf(text: string, name: string): string[] {
  const pattern = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)</(?:\\w+:)?${name}>`, 'g');
  return [...text.matchAll(pattern)].map(([, value = '']) => unescapeXml(value).trim());
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-f]+));/gi,
    (_match, name?: string, code?: string, hex?: string) =>
      name !== undefined
        ? (entities[name.toLowerCase()] ?? '')
        : String.fromCodePoint(code !== undefined ? Number(code) : Number.parseInt(hex ?? '0', 16)),
  );
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
