// One guide, step by step: request token (OAuth 1.0a), OAuth URL, consent, instance, ping. Each request is printed as curl.

import type { Guide } from './guides.ts';
import { call } from './request.ts';
import type { Terminal } from './terminal.ts';

/** What a guide led to. */
export interface Connected {
  element: string;
  instance: string;
  token: string;
  /** status of `GET /ping`, or what went wrong */
  ping: string;
}

interface Walk {
  guide: Guide;
  terminal: Terminal;
  serverUrl: string;
  sandboxUrl: string;
  authorization: string;
}

/** Walks through one guide; a step that fails is shown and told in the result. */
export async function walkGuide(walk: Walk): Promise<Connected> {
  const { guide, terminal } = walk;
  terminal.title(guide.name);
  const result: Connected = { element: guide.element, instance: '-', token: '-', ping: '-' };
  try {
    const requestToken = guide.oauth1 ? await getRequestToken(walk) : undefined;
    const oauthUrl = await getOauthUrl(walk, requestToken?.token);
    const callback = await consentAsUser(walk, oauthUrl);
    const instance = await createInstance(walk, { ...callback, ...(requestToken && { secret: requestToken.secret }) });
    result.instance = String(instance.id);
    result.token = instance.token;
    result.ping = await ping(walk, instance.token);
  } catch (error) {
    result.ping = error instanceof Error ? error.message : String(error);
    terminal.line(`Failed: ${result.ping}`);
  }
  return result;
}

async function getRequestToken(walk: Walk): Promise<{ token: string; secret: string }> {
  walk.terminal.line('A request token:');
  return (await call(walk, 'GET', `/elements/${walk.guide.element}/oauth/token?${oauthQuery(walk.guide)}`)) as {
    token: string;
    secret: string;
  };
}

async function getOauthUrl(walk: Walk, requestToken: string | undefined): Promise<string> {
  walk.terminal.line('The URL that your application sends its user to:');
  const token = requestToken === undefined ? '' : `&requestToken=${encodeURIComponent(requestToken)}`;
  const answer = await call(walk, 'GET', `/elements/${walk.guide.element}/oauth/url?${oauthQuery(walk.guide)}${token}`);
  return (answer as { oauthUrl: string }).oauthUrl;
}

function oauthQuery(guide: Guide): string {
  return new URLSearchParams({
    apiKey: guide.application.clientId,
    apiSecret: guide.application.clientSecret,
    callbackUrl: guide.callbackUrl,
    ...(guide.siteAddress === undefined ? {} : { siteAddress: guide.siteAddress }),
  }).toString();
}

/** Plays the user who signs in at the vendor and allows the access; open the URL in a browser to do it yourself. */
async function consentAsUser(walk: Walk, authorizeUrl: string): Promise<Record<string, string>> {
  walk.terminal.line('The user allows the access at the simulated vendor:');
  const body = JSON.stringify({ authorizeUrl, decision: 'allow' });
  walk.terminal.command(
    `curl -X POST '${walk.sandboxUrl}/_sandbox/consent' -H 'Content-Type: application/json' -d '${body}'`,
  );
  const response = await fetch(`${walk.sandboxUrl}/_sandbox/consent`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer = (await response.json()) as { location?: string };
  walk.terminal.answer(response.status, answer);
  if (answer.location === undefined) throw new Error('the vendor did not redirect');
  return Object.fromEntries(new URL(answer.location).searchParams);
}

async function createInstance(walk: Walk, callback: Record<string, string>): Promise<{ id: number; token: string }> {
  const { guide } = walk;
  walk.terminal.line('The instance:');
  const { state: _, ...providerData } = callback;
  const body = {
    element: { key: guide.element },
    providerData,
    configuration: {
      'oauth.api.key': guide.application.clientId,
      'oauth.api.secret': guide.application.clientSecret,
      'oauth.callback.url': guide.callbackUrl,
      ...(guide.siteSetting === undefined ? {} : { [guide.siteSetting]: guide.siteAddress }),
    },
    tags: ['demo'],
    name: guide.name,
  };
  return (await call(walk, 'POST', '/instances', walk.authorization, body)) as { id: number; token: string };
}

async function ping(walk: Walk, token: string): Promise<string> {
  walk.terminal.line('A call with the element token:');
  await call(walk, 'GET', `/hubs/${walk.guide.hub}/ping`, `${walk.authorization}, Element ${token}`);
  return '200';
}
