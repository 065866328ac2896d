// Calls to the server. The session's cookie goes along by itself; a header shows that one of our pages asks.

/** The prefix of the API. */
export const basePath = '/elements/api-v2';

/** What a call is given beside its method and path. */
export interface CallOptions {
  /** parameters that are undefined are left out; lists are repeated */
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  /** sent as JSON, or as it is when it is a form */
  body?: unknown;
  /** the instance at whose account the call is made, as an element token does for programs */
  instance?: number;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** An answer with its headers. */
export interface CallAnswer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

/** An answer of 400 and above, or none at all (status 0). */
export class CallError extends Error {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly providerMessage: string | undefined;
  /** whether it was a call to an element, whose vendor may have refused it */
  readonly isVendors: boolean;

  constructor(
    status: number,
    said: { message?: string; requestId?: string; providerMessage?: string },
    isVendors = false,
  ) {
    super(said.message ?? `The server answered ${status}.`);
    this.name = 'CallError';
    this.status = status;
    this.requestId = said.requestId;
    this.providerMessage = said.providerMessage;
    this.isVendors = isVendors;
  }
}

/** The URL of a path below the API’s base (one that begins with `/console/` is taken as it is). */
function urlOf(path: string, query: CallOptions['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const search = parameters.size === 0 ? '' : `?${parameters}`;
  return `${path.startsWith('/console/') ? '' : basePath}${path}${search}`;
}

/** Makes a call and gives back the response, whatever it is. Throws a CallError only when no answer comes. */
export async function send(method: string, path: string, options: CallOptions = {}): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', 'valence-page': '1', ...options.headers };
  if (options.instance !== undefined) headers['valence-instance'] = String(options.instance);
  const isForm = options.body instanceof FormData || options.body instanceof Blob;
  if (options.body !== undefined && !isForm) headers['content-type'] ??= 'application/json';
  try {
    return await fetch(urlOf(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined
        ? {}
        : { body: isForm ? (options.body as BodyInit) : JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new CallError(0, { message: 'The server cannot be reached. Is it running?' });
  }
}

/** Makes a call whose answer is JSON, with its headers. Throws a CallError for 400 and above. */
export async function callWithHeaders<Body>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<CallAnswer<Body>> {
  const response = await send(method, path, options);
  const text = await response.text();
  const body = parse(text);
  if (!response.ok) {
    const said = typeof body === 'object' && body !== null ? body : { message: text.slice(0, 500) };
    throw new CallError(response.status, said, options.instance !== undefined);
  }
  return { status: response.status, headers: response.headers, body: body as Body };
}

/** Makes a call whose answer is JSON. Throws a CallError for 400 and above. */
export async function call<Body>(method: string, path: string, options: CallOptions = {}): Promise<Body> {
  return (await callWithHeaders<Body>(method, path, options)).body;
}

/** The same for lists, of which the API answers 404 when nothing is found. */
export async function callForList<Row>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<CallAnswer<Row[]>> {
  try {
    return await callWithHeaders<Row[]>(method, path, options);
  } catch (error) {
    if (error instanceof CallError && error.status === 404) return { status: 404, headers: new Headers(), body: [] };
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
