// Rules for resources: their members, the placeholders of their addresses, and their `valence` members.

import { placeholders } from '../core/template.ts';
import { checkHooks } from './check-hooks.ts';
import { checkParameter, checkReach } from './check-parameter.ts';
import { asVariant, callableTypes, isCallable, isList, resourcesOf, variantsOf, withoutHub } from './define.ts';
import type { ElementDocument, Resource } from './definition.ts';
import { oneOf, type Report } from './finding.ts';
import type { Parameter } from './parameter.ts';
import { preRequestScripts, type Surroundings } from './surroundings.ts';

const lifecycleTypes = new Set([
  ...['provisionAuthValidation', 'onProvision', 'onProvisionWebhook', 'onDeleteWebhook', 'onDelete', 'onRefresh'],
  ...['oauthOnTokenRequest', 'oauthOnAuthorizeUrl', 'oauthOnAuthroizeUrl', 'oauthOnTokenExchange', 'oauth2Password'],
  ...['oauthOnTokenRefresh', 'oauthOnTokenRevoke', 'formulaAsResource'],
]);
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const pagingTypes = new Set(['VENDOR_SUPPORTED', 'VENDOR_NOT_SUPPORTED', 'NO_PAGINATION', 'supported']);
/** A script that writes the address by itself. */
const writesAddress = /request_vendor_(path|url)/;
/** One way into a body: names, positions and `[*]`, with dots between; a leading dot is allowed. */
const rootWay = /^(\.?([^.[\]|]+|\[(\d+|\*)\]))((\.[^.[\]|]+)|\.?\[(\d+|\*)\])*$/;

/** A resource as people name it: `GET /incidents/{id}`. */
export function labelOf({ method, path }: Resource): string {
  return `${method.toUpperCase()} ${withoutHub(path.trim())}`;
}

/** The names of the variables in a path. */
export function pathVariables(path: string): string[] {
  return path
    .trim()
    .split('/')
    .flatMap((segment) => /^\{:?([^{}]*)\}$/.exec(segment)?.[1] ?? []);
}

/** Checks one resource with its parameters and hooks. */
export function checkResource(resource: Resource, path: string, surroundings: Surroundings, report: Report): void {
  checkMembers(resource, path, report);
  checkVariant(resource, resource, path, path, surroundings, report);
  const variants = variantsOf(resource);
  for (const [index, changes] of variants.entries()) {
    const variant = asVariant(resource, changes);
    const place = `${path}/valence/whenFiltered${variants.length === 1 ? '' : `/${index}`}`;
    const parametersPlace = changes.parameters === undefined ? undefined : place;
    checkVariant(resource, variant, place, parametersPlace, surroundings, report);
    checkFilter(variant, place, surroundings.document, report);
    checkHooks(changes.hooks, resource, `${place}/hooks`, report);
  }
  checkStatement(resource, path, report);
  checkRows(resource, path, surroundings.document, report);
  checkHooks(resource.hooks, resource, `${path}/hooks`, report);
}

function checkMembers(resource: Resource, path: string, report: Report): void {
  const { method, vendorMethod, type, paginationType, valence } = resource;
  const label = labelOf(resource);
  if (!methods.has(method.toUpperCase())) {
    report.error(`${path}/method`, `${method} is no method that callers can use`, `Write ${oneOf(methods)}.`);
  }
  if (vendorMethod && !methods.has(vendorMethod.toUpperCase()) && vendorMethod.toUpperCase() !== 'HEAD') {
    report.error(`${path}/vendorMethod`, `${vendorMethod} is no method of HTTP`, `Write ${oneOf(methods)}.`);
  }
  if (!resource.path.startsWith('/')) {
    report.error(`${path}/path`, `"${resource.path}" does not begin with a slash`, `Write /${resource.path}.`);
  }
  if (type !== undefined && type !== null && !callableTypes.has(type) && !lifecycleTypes.has(type)) {
    report.error(
      `${path}/type`,
      `${label} has the type "${type}", which is never called`,
      `Write api, or one that runs by itself: ${oneOf(lifecycleTypes)}.`,
    );
  }
  if (paginationType && !pagingTypes.has(paginationType)) {
    report.warning(
      `${path}/paginationType`,
      `"${paginationType}" says nothing about the pages of ${label}`,
      'Write VENDOR_SUPPORTED, VENDOR_NOT_SUPPORTED (this platform divides the rows) or NO_PAGINATION.',
    );
  }
  if (resource.kind === 'java') {
    report.warning(
      `${path}/kind`,
      `${label} was written in Java and only its description is in the document`,
      'Add vendorPath, parameters and hooks so that the document says what to send.',
    );
  }
  if (valence?.totalKey !== undefined && !isList(resource)) {
    report.warning(
      `${path}/valence/totalKey`,
      `${label} gives one record, of which there is no total`,
      'Take totalKey away, or put it at the list.',
    );
  }
}

/** What is said of rows must be about a list, and name what is there. */
function checkRows(resource: Resource, path: string, document: ElementDocument, report: Report): void {
  const { pick, keep, sideLoads, paging = [], answer } = resource.valence ?? {};
  const place = `${path}/valence`;
  if (pick !== undefined && !pathVariables(resource.path).includes(pick.parameter)) {
    report.error(
      `${place}/pick/parameter`,
      `the row of ${labelOf(resource)} is picked by {${pick.parameter}}, which is not in the path`,
      `Name ${oneOf(pathVariables(resource.path))}.`,
    );
  }
  if ((keep !== undefined || sideLoads !== undefined) && !isList(resource)) {
    report.warning(
      place,
      `${labelOf(resource)} gives one record, so keep and sideLoads do nothing`,
      'Put them at the list.',
    );
  }
  for (const [index, way] of paging.entries()) {
    if (document.valence?.paging?.[way] !== undefined) continue;
    report.error(
      `${place}/paging/${index}`,
      `the element says nothing about the way of paging "${way}"`,
      `Describe it in the element’s valence.paging, or take it away.`,
    );
  }
  if (answer !== undefined && answer.status >= 400 && (answer.message ?? '').trim() === '') {
    report.warning(`${place}/answer`, 'a refusal without a message tells nobody what to do', 'Write a message.');
  }
}

/** The rules for a resource as it is called: as it stands, or with what is different when the caller gives `where`. */
function checkVariant(
  resource: Resource,
  variant: Resource,
  path: string,
  parametersPath: string | undefined,
  surroundings: Surroundings,
  report: Report,
): void {
  const { document } = surroundings;
  checkRootKey(variant, path, report);
  const variables = variablesOf(resource, surroundings);
  if (parametersPath !== undefined) {
    for (const [index, parameter] of (variant.parameters ?? []).entries()) {
      const place = `${parametersPath}/parameters/${index}`;
      checkParameter(parameter, place, report);
      checkReach(parameter, place, { resource, variables, isCallable: isCallable(resource) }, report);
    }
  }
  const scripts = preRequestScripts(document, resource);
  const isFilled = fillingOf(resource, variant, surroundings);
  checkAddress(variant, path, isFilled, scripts, report);
  if (parametersPath === undefined) return;
  checkTemplates(variant, parametersPath, isFilled, report);
  if (scripts.length === 0) checkFillers(variant, parametersPath, document, report);
  checkPages(variant, path, scripts, report);
}

/** The names that a resource's path gives, and those of the resources whose chains lead to it. */
function variablesOf(resource: Resource, { inherited }: Surroundings): Set<string> {
  return new Set([...pathVariables(resource.path), ...(inherited.get(resource) ?? [])]);
}

/** Whether a placeholder has a value in the calls of a resource. */
function fillingOf(resource: Resource, variant: Resource, surroundings: Surroundings): (key: string) => boolean {
  const parameters = [...(surroundings.document.parameters ?? []), ...(variant.parameters ?? [])];
  const filled = new Set(
    parameters.filter(fillsPlaceholder).map(({ vendorName, name }) => (vendorName || name).replace(/^:/, '')),
  );
  const variables = variablesOf(resource, surroundings);
  return (key) => filled.has(key) || variables.has(key) || surroundings.isKnown(key);
}

/** Checks that the placeholders of `base.url` are filled in every call that is added to it. */
export function checkBaseAddress(surroundings: Surroundings, report: Report): void {
  const { configuration } = surroundings.document;
  const resources = resourcesOf(surroundings.document);
  const index = configuration.findIndex(({ key }) => key === 'base.url');
  const isAdded = ({ vendorPath }: Resource) => !/^https?:/i.test(vendorPath ?? '');
  for (const key of new Set(placeholders(configuration[index]?.defaultValue ?? ''))) {
    const lacking = resources.filter(
      (resource) =>
        isAdded(resource) &&
        !fillingOf(resource, resource, surroundings)(key) &&
        !preRequestScripts(surroundings.document, resource).some((script) => writesAddress.test(script)),
    );
    const [first] = lacking;
    if (first === undefined) continue;
    report.error(
      `/configuration/${index}/defaultValue`,
      `nothing fills {${key}} of base.url in ${lacking.length} of ${resources.length} resources, such as ${labelOf(first)}`,
      `Add a setting ${key}, or a parameter of the element with vendorType path and vendorName ${key}.`,
    );
  }
}

function checkRootKey({ rootKey }: Resource, path: string, report: Report): void {
  if (rootKey === undefined || rootKey === null || rootKey.trim() === '') return;
  const parts = rootKey.trim().split('|');
  const isWay = (part: string) => part === '' || rootWay.test(part);
  const [request = ''] = parts.length > 1 ? parts : [];
  if (parts.length > 2 || !parts.every(isWay) || /[[\]]/.test(request)) {
    report.error(
      `${path}/rootKey`,
      `the root key "${rootKey}" cannot be read`,
      'Write |name for the answer, name| for the request or request|answer; names with dots between, and [0] or [*] in an answer.',
    );
  }
}

/** Placeholders of the address that nothing fills would be sent as they stand. */
function checkAddress(
  resource: Resource,
  path: string,
  isFilled: (key: string) => boolean,
  scripts: readonly string[],
  report: Report,
): void {
  if (scripts.some((script) => writesAddress.test(script))) return;
  for (const key of new Set(placeholders(resource.vendorPath ?? ''))) {
    if (isFilled(key)) continue;
    const level = scripts.length === 0 ? 'error' : 'warning';
    report[level](
      `${path}/vendorPath`,
      `nothing fills {${key}} in the vendorPath of ${labelOf(resource)}`,
      `Name a variable of the path so, add a parameter with vendorType path and vendorName ${key}, or a setting ${key}.`,
    );
  }
}

/** Placeholders of literals; those of bodies may be plain JSON. */
function checkTemplates(
  { parameters }: Resource,
  path: string,
  isFilled: (key: string) => boolean,
  report: Report,
): void {
  const readsBody = (parameters ?? []).some(({ type, vendorType }) => type === 'body' && vendorType === 'bodyToken');
  if (readsBody) return;
  for (const [index, { type, name, vendorType }] of (parameters ?? []).entries()) {
    if (type !== 'value' || vendorType === 'body') continue;
    for (const key of placeholders(name)) {
      if (isFilled(key)) continue;
      report.warning(
        `${path}/parameters/${index}/name`,
        `nothing fills {${key}}, so it is sent as it stands`,
        `Add a setting ${key}, or a parameter with vendorType bodyToken and vendorName ${key}.`,
      );
    }
  }
}

function fillsPlaceholder({ vendorType, type, source }: Parameter): boolean {
  const place = vendorType || type;
  return source !== 'response' && (place === 'path' || place === 'bodyToken');
}

/** Parameters that fill a placeholder which stands nowhere. */
function checkFillers(resource: Resource, path: string, document: ElementDocument, report: Report): void {
  const texts = [
    resource.vendorPath ?? '',
    ...[...(document.parameters ?? []), ...(resource.parameters ?? [])].flatMap(({ type, name, vendorName }) => [
      type === 'value' ? name : '',
      vendorName ?? '',
    ]),
    ...document.configuration.map(({ defaultValue }) => defaultValue ?? ''),
  ];
  const asked = new Set(texts.flatMap(placeholders));
  for (const [index, parameter] of (resource.parameters ?? []).entries()) {
    const name = (parameter.vendorName || parameter.name).replace(/^:/, '');
    // a body gives its members to a template, whatever it is called
    if (!fillsPlaceholder(parameter) || parameter.type === 'body' || asked.has(name)) continue;
    report.warning(
      `${path}/parameters/${index}`,
      `${parameter.name} fills {${name}}, which stands nowhere in ${labelOf(resource)}`,
      `Write {${name}} into the vendorPath or into a value, or correct vendorName.`,
    );
  }
}

/** A vendor that says where its next page is must be told it when that page is asked for. */
function checkPages(resource: Resource, path: string, scripts: readonly string[], report: Report): void {
  const { nextPageKey, parameters } = resource;
  if (!nextPageKey || !isCallable(resource) || scripts.length > 0) return;
  const takesPage = (parameters ?? []).some(
    ({ type, name }) => (type === 'query' && (name === 'nextPage' || name === 'page')) || name.includes('{page}'),
  );
  if (takesPage) return;
  report.warning(
    `${path}/nextPageKey`,
    `${labelOf(resource)} finds the vendor’s next page, but no parameter sends it back, so every page is the first`,
    'Add a parameter with the name nextPage, type query, and as vendorName what the vendor calls it.',
  );
}

function checkFilter(variant: Resource, path: string, document: ElementDocument, report: Report): void {
  const takesWhere = [...(document.parameters ?? []), ...(variant.parameters ?? [])].some(
    ({ name, type }) => name === 'where' || (type === 'value' && name.includes('{where}')),
  );
  const readsWhere = preRequestScripts(document, variant).some((script) => /request_expression|where/.test(script));
  if (takesWhere || readsWhere) return;
  report.error(
    path,
    `${labelOf(variant)} changes when the caller gives where, but nothing takes where, so the rows are not filtered`,
    'Add a parameter with the name where, type query and a converter to its parameters.',
  );
}

function checkStatement(resource: Resource, path: string, report: Report): void {
  const statement = resource.valence?.statement;
  if (statement === undefined) return;
  const place = `${path}/valence/statement`;
  const forms = [resource, ...variantsOf(resource)].flatMap(({ parameters }) => parameters ?? []);
  const carries = forms.some(
    ({ converter, vendorType, vendorName }) => converter === 'toSoql' && vendorType === 'query' && vendorName,
  );
  if (!carries) {
    report.error(
      place,
      `the statement of ${labelOf(resource)} is sent nowhere`,
      'Add the parameter { "name": "where", "type": "query", "vendorType": "query", "vendorName": "q", "converter": "toSoql" }.',
    );
  }
  const variables = pathVariables(resource.path);
  if (statement.fields === undefined && statement.described === undefined) {
    report.error(
      place,
      `the statement of ${labelOf(resource)} selects nothing`,
      'Name its fields, or where the vendor describes them.',
    );
  }
  const object = /^\{(.*)\}$/.exec(statement.object)?.[1];
  if (object !== undefined && !variables.includes(object)) {
    report.error(
      `${place}/object`,
      `the statement selects from {${object}}, which is not in the path`,
      `Name the object, or write {${object}} into the path.`,
    );
  }
  for (const [index, { parameter, field }] of (statement.conditions ?? []).entries()) {
    if (variables.includes(parameter)) continue;
    report.error(
      `${place}/conditions/${index}/parameter`,
      `the condition on ${field} takes {${parameter}}, which is not in the path`,
      variables.length === 0 ? `Write {${parameter}} into the path.` : `Name ${oneOf(variables)}.`,
    );
  }
}

/** Checks the parameters that every resource has. */
export function checkElementParameters({ parameters }: ElementDocument, report: Report): void {
  for (const [index, parameter] of (parameters ?? []).entries())
    checkParameter(parameter, `/parameters/${index}`, report);
}
