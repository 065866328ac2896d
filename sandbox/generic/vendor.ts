// A simulated vendor made of an element document: recognizes a request, asks for credentials, serves it.

import type { ElementDocument } from '../../src/element/definition.ts';
import { pagingStyle } from '../../src/engine/paging.ts';
import { ODataError } from '../act/odata.ts';
import { fitsPattern } from '../hosts.ts';
import { createOAuth1Server } from '../oauth1.ts';
import type { SandboxState } from '../state.ts';
import { type Answer, json, type Vendor, type VendorKey, type VendorRequest } from '../vendor.ts';
import { errorAnswer, writeAnswer } from './answers.ts';
import { answerBatch, isBatch } from './batch.ts';
import { createCredentials, filledSetting } from './credentials.ts';
import { definitionOf, protocolOf, type ServedDocument } from './document.ts';
import { type Operation, readOperations } from './operation.ts';
import { type Provisioning, provisioningOf } from './provisioning.ts';
import { nearestFirst, type Recognized, recognize } from './recognize.ts';
import { createRecords } from './records.ts';
import { describedFields, download, NoSuchRecord, serve } from './serve.ts';
import { genericTheme } from './theme.ts';
import { createOAuthEndpoints } from './token-endpoint.ts';

/** What a person is told about a vendor that plays a document. */
export interface Introduction {
  key: string;
  name: string;
  authentication: string;
  provisioning: Provisioning;
  /** why every request is let in; undefined when credentials are asked for */
  open: string | undefined;
  operations: readonly Operation[];
  notes: readonly string[];
}

/** A vendor that plays a document. */
export interface GenericVendor extends Vendor {
  introduction: Introduction;
  /** The answer to a request that this vendor knows; undefined for any other. */
  answer(request: VendorRequest): Answer | undefined;
  /** Whether a request is for this vendor's page where a person consents. */
  asksConsent(request: VendorRequest): boolean;
  consentOwn: Vendor['consent'];
}

/** The vendors that these documents describe. Of several at one host each answers what it knows. */
export function createGenericVendors(state: SandboxState, served: readonly ServedDocument[]): GenericVendor[] {
  const vendors: GenericVendor[] = served.map((one) => {
    const vendor = createGenericVendor(state, one);
    return {
      ...vendor,
      handle: (request) => handle(vendors, vendor, request),
      consent(request, decision, account) {
        const asked = sharing(vendors, vendor, request).filter((one) => one.asksConsent(request));
        const answers = (asked.length > 0 ? asked : [vendor]).map((one) => one.consentOwn(request, decision, account));
        return answers.find((answer) => !isRefusal(answer)) ?? (answers[0] as Answer);
      },
    };
  });
  return vendors;
}

/** A vendor that does not look for others at its hosts. */
type Own = Omit<GenericVendor, 'handle' | 'consent'>;

/** At a host of several vendors, one that takes the credentials goes before one that refuses them. */
function handle(vendors: readonly GenericVendor[], own: Own, request: VendorRequest): Answer {
  let refusal: Answer | undefined;
  for (const vendor of sharing(vendors, own, request)) {
    const answer = vendor.answer(request);
    if (answer !== undefined && !isRefusal(answer)) return answer;
    refusal ??= answer;
  }
  return refusal ?? unknownRequest(own.introduction, request);
}

function sharing(vendors: readonly GenericVendor[], own: Own, { host }: VendorRequest): Own[] {
  const others = vendors.filter(
    ({ key, hosts }) => key !== own.key && hosts.some((pattern) => fitsPattern(pattern, host)),
  );
  return [own, ...others];
}

/** Credentials that are refused, and the page for an application that is not known. */
function isRefusal({ status, headers }: Answer): boolean {
  return status === 401 || (status === 400 && (headers['content-type'] ?? '').startsWith('text/html'));
}

function createGenericVendor(state: SandboxState, { document, notes }: ServedDocument): Own {
  const definition = definitionOf(document);
  const key: VendorKey = `element:${document.key}`;
  const provisioning = provisioningOf(definition);
  const { values, hosts } = provisioning;
  const operations = readOperations(definition, (objectName) => pagingStyle(values, objectName).largest);
  const oauth1 = createOAuth1Server(key, genericTheme(document));
  const { type } = document.authentication;
  const oauth = createOAuthEndpoints(state, { vendor: key, name: document.name, document }, provisioning, oauth1);
  const credentials = createCredentials(definition, operations, provisioning, { state, vendor: key, oauth1 });
  const records = createRecords(state.now);
  const fill = (setting: string) => filledSetting(document.key, setting);

  const serveRecognized = (recognized: Recognized): Answer => {
    const { operation, request } = recognized;
    const refused = credentials.refuse(recognized);
    if (refused !== undefined) return errorAnswer(operation, 401, 'unauthorized', refused.message, refused.headers);
    try {
      if (operation.compiled.isDownload) return download(recognized, records, operations);
      if (operation.verb === 'token') {
        const { access, refresh, seconds } = oauth.grantTokens(request.host);
        const filled = new Map<string, unknown>([
          ['oauth.user.token', access],
          ['oauth.user.refresh_token', refresh],
          ['expires_in', seconds],
        ]);
        const value = { access_token: access, refresh_token: refresh, token_type: 'bearer', expires_in: seconds };
        return writeAnswer(operation, request, { status: 200, value }, (name) => filled.get(name) ?? fill(name));
      }
      if (operation.verb === 'authorize') {
        return writeAnswer(
          operation,
          request,
          { status: 200, value: { oauthUrl: values['oauth.authorization.url'] } },
          fill,
        );
      }
      const outcome =
        operation.verb === 'describe'
          ? describedFields(recognized, operations)
          : serve(recognized, records, definition, values);
      return writeAnswer(operation, request, outcome, fill);
    } catch (error) {
      if (error instanceof NoSuchRecord) return errorAnswer(operation, 404, 'not_found', error.message);
      if (error instanceof ODataError) return errorAnswer(operation, 400, 'bad_request', error.message);
      throw error;
    }
  };

  return {
    key,
    name: document.name,
    hosts,
    introduction: {
      key: document.key,
      name: document.name,
      authentication: type,
      provisioning,
      open: credentials.open,
      operations,
      notes: [...notes, ...hostNotes(hosts, document)],
    },
    answer(request) {
      const known = oauth.answer(request);
      if (known !== undefined) return known;
      const recognized = recognize(operations, request);
      if (recognized !== undefined) return serveRecognized(recognized);
      return protocolOf(document) === 'odata' && isBatch(request) ? answerBatch(request) : undefined;
    },
    asksConsent: oauth.asksConsent,
    consentOwn: oauth.consent,
    faultBody: (status) => ({
      error: status === 429 ? 'too_many_requests' : 'server_error',
      message: `Status ${status} was ordered.`,
    }),
  };
}

function hostNotes(hosts: readonly string[], { key }: ElementDocument): string[] {
  return hosts.length > 0 ? [] : [`${key} names no host, so that no request can come.`];
}

/** A request that no operation is called by, with the operation that it was perhaps meant for. */
function unknownRequest({ name, operations }: Introduction, request: VendorRequest): Answer {
  const [nearest] = nearestFirst(operations, request);
  const asked = `${request.method} https://${request.host}${request.path}`;
  const advice =
    nearest === undefined
      ? 'Its document has no resources.'
      : `The nearest is ${nearest.operation.method} ${nearest.operation.compiled.resource.vendorPath ?? '/'}, which ${nearest.operation.name} calls.`;
  return json(404, { error: 'unknown_operation', message: `${name} has no operation ${asked}. ${advice}` });
}
