// A stored call is made as the one whom it belongs to would make it: through the server itself, with the secrets that are
// valid now, so that every rule of a call holds for it.

import type { Readable } from 'node:stream';
import { Problem } from '../core/errors.ts';
import type { InstanceStore } from '../store/instances.ts';
import type { CallOwner, StoredCall } from '../store/jobs.ts';
import type { OrganizationStore } from '../store/organizations.ts';

/** A request to this server. */
export interface OwnRequest {
  method: string;
  /** below the API's base, with its query */
  url: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

/** Sends a request to this server without a connection; the answer's body is streamed and must be read or destroyed. */
export type SendToSelf = (
  request: OwnRequest,
) => Promise<{ status: number; headers: Record<string, string>; body: Readable }>;

/** What a call was answered. */
export interface CallAnswer {
  status: number;
  headers: Record<string, string>;
  /** a value of JSON, text, or base64 for bytes that are no text; undefined for none */
  body: unknown;
  /** the body was larger than is kept */
  bodyLeftOut: boolean;
}

/**
 * Makes a call for its owner. Throws a Problem that says why it cannot be made: the user, the account or the instance is
 * no longer there or not active.
 */
export type MakeCall = (owner: CallOwner, call: StoredCall) => Promise<CallAnswer>;

interface MakeCallDependencies {
  organizations: Pick<OrganizationStore, 'account' | 'user' | 'secretOfOrganization' | 'secretOfUser'>;
  instances: Pick<InstanceStore, 'byId'>;
  send: SendToSelf;
  limits: { laterAnswerBytes: number };
}

/** Makes the function that makes stored calls. */
export function createMakeCall({ organizations, instances, send, limits }: MakeCallDependencies): MakeCall {
  return async (owner, call) => {
    const authorization = await authorizationOf(owner);
    const answer = await send({
      method: call.method,
      url: call.path + call.query,
      // Nobody waits for the answer.
      headers: { 'elements-priority': 'background', ...call.headers, authorization },
      body: call.body === undefined ? undefined : Buffer.from(call.body, 'base64'),
    });
    const bytes = await readUpTo(answer.body, limits.laterAnswerBytes);
    return {
      status: answer.status,
      headers: answer.headers,
      body: bytes === undefined ? undefined : readBody(bytes, answer.headers['content-type'] ?? ''),
      bodyLeftOut: bytes === undefined,
    };
  };

  async function authorizationOf({ organizationId, userId, instanceId }: CallOwner): Promise<string> {
    const user = await organizations.user(organizationId, userId);
    const account = user === undefined ? undefined : await organizations.account(organizationId, user.accountId);
    if (user?.active !== true || account?.active !== true) {
      throw new Problem('forbidden', `The user ${userId}, whose call this is, or its account is no longer active.`);
    }
    const organizationSecret = await organizations.secretOfOrganization(organizationId);
    const userSecret = await organizations.secretOfUser(organizationId, userId);
    const secrets = `User ${userSecret.reveal()}, Organization ${organizationSecret.reveal()}`;
    if (instanceId === undefined) return secrets;
    const instance = await instances.byId({ organizationId, accountId: undefined }, instanceId);
    if (instance === undefined) throw new Problem('notFound', `The instance ${instanceId} is no longer there.`);
    return `${secrets}, Element ${instance.token.reveal()}`;
  }
}

/** The bytes of a body; undefined, and the rest unread, when they are more than the limit. Throws a Problem for a part. */
async function readUpTo(body: Readable, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += (chunk as Buffer).length;
      if (size > limit) return undefined;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw new Problem('vendorFailed', 'The answer broke off before its end.', { cause: error });
  }
  return Buffer.concat(chunks);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function readBody(bytes: Buffer, contentType: string): unknown {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return bytes.toString('base64');
  }
  if (!/^application\/(json|[\w.-]+\+json)\b/i.test(contentType)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
