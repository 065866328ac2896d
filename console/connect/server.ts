// What the page asks of the server. A key in a header proves that this is the browser to which the link was given.

/** An element that can be chosen. */
export interface OfferedElement {
  key: string;
  name: string;
}

/** How it stands. */
export interface Outcome {
  status: 'open' | 'opened' | 'connected' | 'cancelled' | 'failed' | 'expired';
  elementKey?: string;
  instanceId?: number;
  message?: string;
  /** where the person is sent back to, once it is over */
  next?: string;
}

/** Everything that the page shows. */
export interface Session extends Outcome {
  organization: string;
  endUser?: string;
  reconnects: boolean;
  /** the origin of the page that opened this one, and is told how it ends */
  opener?: string;
  font?: string;
  colors: Record<string, string | undefined>;
  logo?: string;
  favicon?: string;
  elements: OfferedElement[];
}

/** One question. */
export interface Field {
  key: string;
  label: string;
  help?: string;
  kind: 'text' | 'password' | 'long' | 'choice' | 'switch';
  required: boolean;
  value?: string;
  options?: { value: string; label: string }[];
}

/** The questions of one element. */
export interface Form {
  key: string;
  name: string;
  consent: boolean;
  fields: Field[];
}

/** The server's refusal, in words for the person; status 0 when it could not be reached. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}

/** The page’s own address, which names the link: the server answers below it. */
export const pagePath = location.pathname;
const keyName = `valence-connect ${pagePath}`;
let key = readKept();

/** Whether this browser was given the key of the link. */
export function hasKey(): boolean {
  return key !== undefined;
}

/** Takes up a link by its token. Throws a Refusal. */
export async function takeUp(token: string, origin: string | undefined): Promise<Session> {
  const { key: given, ...session } = await ask<Session & { key: string }>('POST', 'link', { token, origin });
  key = given;
  try {
    // For the way to the vendor and back in this window; it goes when the window does.
    sessionStorage.setItem(keyName, given);
  } catch {
    // A frame in a page of another site may keep nothing; it is not left for the vendor, either.
  }
  return session;
}

/** The session as it is now. Throws a Refusal. */
export const readSession = () => ask<Session>('GET', 'session');

/** The questions of an element. Throws a Refusal. */
export const readForm = (element: string) => ask<Form>('GET', `elements/${encodeURIComponent(element)}`);

/** Connects, or gives the ticket of the way to the vendor. Throws a Refusal. */
export const connect = (element: string, configuration: Record<string, string>) =>
  ask<{ ticket: string } | Outcome>('POST', 'connections', { element, configuration });

/** Where the ticket leads. Throws a Refusal. */
export const readConsent = (ticket: string) => ask<{ url: string }>('POST', 'consent', { ticket });

/** How it stands. Throws a Refusal. */
export const readOutcome = () => ask<Outcome>('GET', 'outcome');

/** Ends it without a connection. Throws a Refusal. */
export const cancel = () => ask<Outcome>('POST', 'cancel', {});

async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`${pagePath}/${path}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { 'valence-connect-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal(0, 'The server cannot be reached. Check your connection and try again.');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new Refusal(response.status, String(answer.message ?? `The server answered ${response.status}.`));
  return answer as Answer;
}

function readKept(): string | undefined {
  try {
    return sessionStorage.getItem(keyName) ?? undefined;
  } catch {
    return undefined;
  }
}
