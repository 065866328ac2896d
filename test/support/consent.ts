// Plays the person at a vendor's consent page of the sandbox, and speaks to the sandbox's control API.

/** Consents (or denies) at a vendor's page and gives back the query of the callback URL. */
export async function consent(
  sandboxUrl: string,
  authorizeUrl: string,
  decision: 'allow' | 'deny' = 'allow',
): Promise<Record<string, string>> {
  const { location } = (await control(sandboxUrl, 'POST', '/consent', { authorizeUrl, decision })) as {
    location: string;
  };
  return Object.fromEntries(new URL(location).searchParams);
}

/** Calls the control API of the sandbox. Throws an Error with its answer when it refuses. */
export async function control(sandboxUrl: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${sandboxUrl}/_sandbox${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The sandbox refused ${method} ${path}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
