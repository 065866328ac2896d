// Rules for parameters: known places on both sides, known converters, and values that callers can give.

import { converters, findConverter } from '../ceql/converters.ts';
import type { Resource } from './definition.ts';
import { oneOf, type Report } from './finding.ts';
import type { Parameter } from './parameter.ts';

/** Where a value comes from, and where it goes. */
const sources = new Set([
  ...['query', 'path', 'body', 'bodyField', 'header', 'form', 'multipart', 'value', 'configuration'],
  ...['prevBody', 'prevBodyField'],
]);
const targets = new Set([
  ...['query', 'path', 'header', 'body', 'bodyField', 'bodyToken', 'form', 'multipart', 'configuration', 'no-op'],
]);
/** Where response parameters read: they write settings. */
const answerPlaces = new Set(['body', 'bodyField', 'bodyToken', 'header']);
const bodyPlaces = new Set(['body', 'bodyField', 'form', 'multipart']);
/** Headers that are the platform's own business. */
const withheld = /^(authorization|proxy-authorization|cookie)$/i;
/** What a resource that runs by itself is given; undefined: whatever comes. */
const lifecycleValues = new Map<string, readonly string[] | undefined>([
  ['provisionAuthValidation', []],
  ['onProvision', []],
  ['onDelete', []],
  ['onRefresh', []],
  ['oauthOnTokenRevoke', []],
  ['oauth2Password', ['username', 'password']],
  ['oauthOnTokenRefresh', ['refreshToken', 'refresh_token']],
]);

/** Checks what a parameter says by itself. */
export function checkParameter(parameter: Parameter, path: string, report: Report): void {
  const { name, type, source } = parameter;
  const vendorType = parameter.vendorType || type;
  if (source === 'response') {
    checkAnswered(parameter, path, report);
    return;
  }
  if (source && source !== 'request') {
    report.warning(
      `${path}/source`,
      `${name} has the source "${source}", which is read as request`,
      'Write request or response.',
    );
  }
  if (!sources.has(type)) {
    report.error(`${path}/type`, `${name} comes from "${type}", which is no place`, `Write ${oneOf(sources)}.`);
  } else if (vendorType === 'value' && type !== 'value') {
    checkLiteral(parameter.vendorName ?? '', `${path}/vendorName`, report);
    return;
  } else if (!targets.has(vendorType)) {
    report.error(
      `${path}/vendorType`,
      parameter.vendorType
        ? `${name} goes to "${vendorType}", which is no place`
        : `${name} goes nowhere: it has no vendorType`,
      `Write ${oneOf(targets)}.`,
    );
  }
  if (type === 'value') checkLiteral(name, `${path}/name`, report);
  checkConverter(parameter, path, report);
}

/** A response parameter copies something of an answer into a setting. */
function checkAnswered({ name, type, vendorType }: Parameter, path: string, report: Report): void {
  const place = type === 'configuration' ? vendorType || 'body' : type;
  if ((type === 'configuration' || vendorType === 'configuration') && answerPlaces.has(place)) return;
  report.error(
    path,
    `the response parameter ${name} copies nothing: it must lead from the answer to a setting`,
    `Write type configuration with the setting as name, and as vendorType ${oneOf(answerPlaces)} with the path as vendorName.`,
  );
}

/** Credentials that are written out. */
function checkLiteral(text: string, path: string, report: Report): void {
  if (!/^(Basic|Bearer|Token)\s+[\w+/=.~-]{12,}$/i.test(text.trim())) return;
  report.warning(
    path,
    'a credential is written into the document, the same for everybody and shown to all who see the element',
    'Take it from a setting, as in Bearer {api.token}; if it was ever real, have it replaced at the vendor.',
  );
}

function checkConverter({ name, type, converter, vendorName }: Parameter, path: string, report: Report): void {
  const written = converter || (vendorName?.startsWith('converter:') === true ? vendorName : undefined);
  if (!written) return;
  if (findConverter(written) === undefined) {
    report.error(
      `${path}/${converter ? 'converter' : 'vendorName'}`,
      `there is no converter ${written.replace(/^converter:/, '')}`,
      `Write ${oneOf(converters.keys())}.`,
    );
  } else if (name !== 'where' || type !== 'query') {
    report.warning(path, `a converter reads the caller’s where, not ${name}`, 'Write name where and type query.');
  }
}

/** Where a parameter stands. */
interface Place {
  resource: Resource;
  /** names that the path gives */
  variables: ReadonlySet<string>;
  isCallable: boolean;
}

/** Checks that callers can give what a parameter takes. */
export function checkReach(parameter: Parameter, path: string, place: Place, report: Report): void {
  const { name, type, source, vendorType } = parameter;
  // written the other way round: a literal, which nobody gives
  if (source === 'response' || vendorType === 'value') return;
  const level = parameter.required === true ? 'error' : 'warning';
  const then = parameter.required === true ? 'so every call is refused' : 'so it never has a value';
  if (type === 'path' && !place.variables.has(name)) {
    report[level](
      path,
      `${name} is taken from the path, which has no {${name}}, ${then}`,
      place.variables.size === 0
        ? `Write {${name}} into the path, or take it from the query.`
        : `Name ${oneOf([...place.variables])}, or write {${name}} into the path.`,
    );
  } else if (type === 'header' && withheld.test(name)) {
    report[level](
      path,
      `the caller’s header ${name} is for this platform and not passed on, ${then}`,
      'Take the credential from a setting, or another header of the caller.',
    );
  } else if (!place.isCallable) {
    checkLifecycleValue(parameter, path, place, report);
  } else if (bodyPlaces.has(type) && place.resource.method.toUpperCase() === 'GET') {
    report[level](
      path,
      `${name} is taken from the ${type === 'multipart' || type === 'form' ? 'form' : 'body'}, which a GET call does not have, ${then}`,
      'Take it from the query; what is put into the vendor’s body may come from there, too.',
    );
  }
}

/** Resources that run by themselves are given little; a required value that nobody gives fails every account. */
function checkLifecycleValue(
  { name, type, required }: Parameter,
  path: string,
  { resource }: Place,
  report: Report,
): void {
  const given = lifecycleValues.get(resource.type ?? '');
  if (given === undefined || required !== true) return;
  const isGiven = (type === 'query' || type === 'bodyField') && given.includes(name);
  const isAsked = type === 'query' || type === 'header' || bodyPlaces.has(type);
  if (!isAsked || isGiven || (type === 'body' && given.length > 0)) return;
  report.error(
    path,
    `${name} is required, but ${resource.type} runs by itself and nobody gives it`,
    given.length === 0
      ? 'Take it from a setting (type configuration), or take required away.'
      : `Use ${oneOf(given)}, take it from a setting (type configuration), or take required away.`,
  );
}
