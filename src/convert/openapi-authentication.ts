// How accounts sign in: the best of the ways that a description offers, as the settings and parameters of an element.

import type { Resource, Setting } from '../element/definition.ts';
import {
  type ConversionOptions,
  hubPath,
  internalSetting,
  type Notes,
  oauth2Settings,
  passwordSettings,
  setting,
  shorten,
} from './conversion.ts';
import { absolute } from './openapi-address.ts';
import { constant, type ElementParameter } from './openapi-body.ts';
import type { ApiDescription, ApiFlow, ApiRequirement, ApiScheme } from './openapi-description.ts';

/** How an element signs in. */
export interface Authentication {
  type: 'oauth2' | 'oauth2Password' | 'basic' | 'custom';
  settings: Setting[];
  parameters: ElementParameter[];
  /** that run by themselves to get a token; they come before what needs it */
  resources: Resource[];
  /** the names at the vendor that the element sets itself */
  sets: ReadonlySet<string>;
  /** whether a call with these demands is signed as it wants */
  satisfies(demands: ApiRequirement[] | undefined): boolean;
}

/** Ways to sign in that the platform has, the best for connecting customers' accounts first. */
const ranks = ['authorizationCode', 'bearer', 'header key', 'basic', 'clientCredentials', 'query key', 'password'];

/** Chooses how accounts sign in, and notes what is left out. */
export function chooseAuthentication(
  api: ApiDescription,
  options: ConversionOptions,
  base: string | undefined,
  notes: Notes,
): Authentication {
  const demands = api.operations.map(({ security }) => security ?? api.security ?? []);
  const counts = new Map<string, { requirement: ApiRequirement; count: number }>();
  const count = (requirement: ApiRequirement) => {
    const key = Object.keys(requirement).sort().join(' ');
    const known = counts.get(key) ?? { requirement: Object.create(null) as ApiRequirement, count: 0 };
    for (const [name, scopes] of Object.entries(requirement)) {
      known.requirement[name] = [...new Set([...(known.requirement[name] ?? []), ...scopes])];
    }
    counts.set(key, { ...known, count: known.count + 1 });
  };
  for (const one of demands.flat()) if (Object.keys(one).length > 0) count(one);
  // Where nothing is demanded, what is described is meant.
  if (counts.size === 0) for (const name of api.schemes.keys()) count({ [name]: [] });

  const candidates = [...counts.values()].map((candidate) => ({
    ...candidate,
    rank: rankOf(candidate.requirement, api.schemes),
  }));
  const usable = candidates.filter(({ rank }) => rank < ranks.length);
  const most = Math.max(0, ...usable.map((candidate) => candidate.count));
  const [best] = usable.filter((candidate) => candidate.count >= most * 0.8).sort((a, b) => a.rank - b.rank);
  const chosen = new Set(Object.keys(best?.requirement ?? {}));
  for (const [name, scheme] of api.schemes) {
    if (chosen.has(name)) continue;
    const what = scheme.kind === 'other' ? ` (${scheme.what})` : '';
    notes.add(scheme.path, `the way to sign in "${name}"${what} is not used.`);
  }
  const built = new Builder(options, base, notes);
  if (best === undefined) built.freely(api.schemes.size > 0);
  else for (const [name, scopes] of Object.entries(best.requirement)) built.add(api.schemes.get(name), scopes);
  return {
    ...built.finish(),
    satisfies: (given) => {
      const demanded = given ?? api.security ?? [];
      return demanded.length === 0 || demanded.some((one) => Object.keys(one).every((name) => chosen.has(name)));
    },
  };
}

function rankOf(requirement: ApiRequirement, schemes: ReadonlyMap<string, ApiScheme>): number {
  const all = Object.keys(requirement).map((name) => rankOfScheme(schemes.get(name)));
  // Two ways that both fill the Authorization header exclude each other.
  const exclusive = all.filter((rank) => ranks[rank]?.includes('key') === false).length;
  return exclusive > 1 ? ranks.length : Math.max(...all);
}

function rankOfScheme(scheme: ApiScheme | undefined): number {
  const rank = ranks.indexOf(wayOf(scheme) ?? '');
  return rank < 0 ? ranks.length : rank;
}

/** Which of the platform's ways a scheme is. */
function wayOf(scheme: ApiScheme | undefined): string | undefined {
  switch (scheme?.kind) {
    case 'key':
      return scheme.place === 'query' ? 'query key' : 'header key';
    case 'basic':
    case 'bearer':
      return scheme.kind;
    case 'oauth2': {
      const flows = scheme.flows;
      if (isFlow(flows['authorizationCode'])) return 'authorizationCode';
      if (flows['clientCredentials']?.tokenUrl !== undefined) return 'clientCredentials';
      if (flows['password']?.tokenUrl !== undefined) return 'password';
      // A token that was got in another way is a bearer token all the same (RFC 6750).
      return 'bearer';
    }
    case 'other':
      return /openid/i.test(scheme.what) ? 'bearer' : undefined;
    default:
      return undefined;
  }
}

type CodeFlow = ApiFlow & { authorizationUrl: string; tokenUrl: string };

function isFlow(flow: ApiFlow | undefined): flow is CodeFlow {
  return flow?.authorizationUrl !== undefined && flow.tokenUrl !== undefined;
}

class Builder {
  readonly #options: ConversionOptions;
  readonly #base: string | undefined;
  readonly #notes: Notes;
  #type: Authentication['type'] = 'custom';
  readonly #settings: Setting[] = [];
  readonly #parameters: ElementParameter[] = [];
  readonly #resources: Resource[] = [];

  constructor(options: ConversionOptions, base: string | undefined, notes: Notes) {
    this.#options = options;
    this.#base = base;
    this.#notes = notes;
  }

  finish(): Omit<Authentication, 'satisfies'> {
    return {
      type: this.#type,
      settings: this.#settings,
      parameters: this.#parameters,
      resources: this.#resources,
      sets: new Set(this.#parameters.map(({ vendorType, vendorName }) => `${vendorType} ${vendorName.toLowerCase()}`)),
    };
  }

  /** Nothing is said that the platform can do: what callers give stands in the Authorization header. */
  freely(isDescribed: boolean): void {
    this.#notes.add(
      '/components/securitySchemes',
      `${isDescribed ? 'no way to sign in that is described can be used' : 'no way to sign in is described'}; the optional setting authorization is sent as the Authorization header.`,
    );
    const description = 'What is sent as the Authorization header, such as Bearer and a token; may be empty';
    this.#settings.push(
      setting('authorization', 'Authorization header', { description, type: 'PASSWORD', required: false }),
    );
    this.#parameters.push(fromSetting('authorization', 'header', 'Authorization'));
  }

  add(scheme: ApiScheme | undefined, scopes: readonly string[]): void {
    const told = scheme?.description === undefined ? undefined : shorten(scheme.description, 500);
    if (scheme?.kind === 'key') this.#addKey(scheme, told);
    else if (scheme?.kind === 'basic') {
      this.#type = 'basic';
      this.#settings.push(...passwordSettings());
    } else if (scheme?.kind === 'oauth2') this.#addOAuth(scheme.path, scheme.flows, scopes);
    else {
      if (scheme?.kind === 'other') {
        this.#notes.add(scheme.path, `${scheme.what} is not spoken: each account is asked for a token that it has.`);
      }
      this.#addBearer(told);
    }
  }

  #addBearer(told: string | undefined): void {
    this.#settings.push(
      setting('access.token', 'Access token', { type: 'PASSWORD', description: told ?? 'The token of your account' }),
    );
    this.#parameters.push(constant('header', 'Authorization', 'Bearer {access.token}'));
  }

  #addKey({ place, name }: Extract<ApiScheme, { kind: 'key' }>, told: string | undefined): void {
    const count = this.#settings.filter(({ key }) => key.startsWith('api.key')).length;
    const key = count === 0 ? 'api.key' : `api.key.${count + 1}`;
    const description = told ?? `The key that is sent as ${name}`;
    this.#settings.push(setting(key, name, { type: 'PASSWORD', description }));
    if (place === 'cookie') this.#parameters.push(constant('header', 'Cookie', `${name}={${key}}`));
    else this.#parameters.push(fromSetting(key, place, name));
  }

  #addOAuth(path: string, flows: Record<string, ApiFlow>, scopes: readonly string[]): void {
    const { authorizationCode, clientCredentials, password } = flows;
    const scopesOf = (flow: ApiFlow) => {
      const known = scopes.filter((scope) => flow.scopes.length === 0 || flow.scopes.includes(scope));
      return known.length > 0 ? known : flow.scopes;
    };
    if (isFlow(authorizationCode)) {
      this.#type = 'oauth2';
      const { authorizationUrl, tokenUrl, refreshUrl } = authorizationCode;
      this.#settings.push(
        ...oauth2Settings({
          authorizationUrl: this.#address(authorizationUrl),
          tokenUrl: this.#address(tokenUrl),
          ...(refreshUrl === undefined ? {} : { refreshUrl: this.#address(refreshUrl) }),
          scopes: scopesOf(authorizationCode),
        }),
      );
    } else if (clientCredentials?.tokenUrl !== undefined) {
      this.#addClientCredentials(this.#address(clientCredentials.tokenUrl), scopesOf(clientCredentials));
    } else if (password?.tokenUrl !== undefined) {
      this.#type = 'oauth2Password';
      const { tokenUrl, refreshUrl } = password;
      this.#settings.push(
        ...passwordSettings(),
        setting('oauth.api.key', 'Client id', { required: false }),
        setting('oauth.api.secret', 'Client secret', { type: 'PASSWORD', required: false }),
        setting('oauth.scope', 'Scope', { defaultValue: scopesOf(password).join(' '), required: false }),
        internalSetting('oauth.token.url', 'Token URL', this.#address(tokenUrl)),
        internalSetting('oauth.token.refresh_url', 'Refresh URL', this.#address(refreshUrl ?? tokenUrl)),
      );
    } else {
      this.#notes.add(path, 'no flow of OAuth 2 that is described can be used: each account is asked for a token.');
      this.#addBearer(undefined);
    }
  }

  /** RFC 6749 section 4.4: a resource gets the token when an account is connected, and again when the vendor answers 401. */
  #addClientCredentials(tokenUrl: string, scopes: readonly string[]): void {
    this.#settings.push(
      setting('oauth.api.key', 'Client id'),
      setting('oauth.api.secret', 'Client secret', { type: 'PASSWORD' }),
      setting('oauth.scope', 'Scope', { defaultValue: scopes.join(' '), required: false }),
      setting('access.token', 'Access token', {
        type: 'PASSWORD',
        required: false,
        internal: true,
        hideFromConsole: true,
      }),
      setting('expires_in', 'Seconds that a token lasts', { required: false, internal: true, hideFromConsole: true }),
    );
    this.#parameters.push(constant('header', 'Authorization', 'Bearer {access.token}'));
    const parameters = [
      constant('form', 'grant_type', 'client_credentials'),
      ...(scopes.length === 0 ? [] : [fromSetting('oauth.scope', 'form', 'scope')]),
      // in place of the token, which is asked for here (section 2.3.1)
      constant('header', 'Authorization', 'Basic CE.b64({oauth.api.key}:{oauth.api.secret})'),
      ...['access_token', 'expires_in'].map((member) => ({
        name: member === 'access_token' ? 'access.token' : member,
        vendorName: member,
        type: 'configuration',
        vendorType: 'body',
        source: 'response',
        required: false,
      })),
    ];
    const ask = { method: 'POST', vendorMethod: 'POST', vendorPath: tokenUrl, parameters };
    this.#resources.push(
      {
        ...ask,
        path: hubPath(this.#options, ['access-token']),
        type: 'provisionAuthValidation',
        description: 'Get an access token',
      },
      {
        ...ask,
        path: hubPath(this.#options, ['access-token']),
        type: 'onRefresh',
        description: 'Get a new access token',
      },
    );
  }

  /** An address of OAuth; one without a host is the server's. */
  #address(url: string): string {
    const base = this.#base === undefined || this.#base.includes('{') ? this.#options.source : this.#base;
    return absolute(url, base) ?? url;
  }
}

function fromSetting(key: string, vendorType: string, vendorName: string): ElementParameter {
  return { name: key, vendorName, type: 'configuration', vendorType, source: 'request', required: true };
}
