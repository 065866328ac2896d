// What is wrong with an element document, beyond its shape too, and how to mend it: for the people who write elements.

import { documentFaults } from './catalog.ts';
import { bulkSteps, checkBulk } from './check-bulk.ts';
import { checkEvents } from './check-events.ts';
import { checkHooks } from './check-hooks.ts';
import { checkRateLimits } from './check-rate-limits.ts';
import { checkBaseAddress, checkElementParameters, checkResource, labelOf, pathVariables } from './check-resource.ts';
import { checkSettings } from './check-settings.ts';
import { isCallable, resourcesOf, withoutHub } from './define.ts';
import type { ElementDocument, Resource } from './definition.ts';
import { createReport, type Finding, noMember, type Report } from './finding.ts';
import { surroundingsOf } from './surroundings.ts';

/** Resources that one call may run, one after the other (src/engine/call.ts). */
const longestChain = 5;

/**
 * Everything that is wrong with a document, in the order of the document; hooks in files must have been attached.
 * A document of a wrong shape is told only that: the rules beyond need a shape that they can read. Never throws.
 */
export function checkElement(document: unknown): Finding[] {
  const shape = shapeFindings(document);
  if (shape.length > 0) return shape;
  const element = document as ElementDocument;
  const report = createReport();
  const chains = followChains(element, report);
  const surroundings = surroundingsOf(element, new Map([...chains, ...bulkSteps(element)]));
  checkSettings(element, surroundings, report);
  checkBaseAddress(surroundings, report);
  checkElementParameters(element, report);
  checkHooks(element.hooks, undefined, '/hooks', report);
  for (const [index, resource] of (element.resources ?? []).entries()) {
    checkResource(resource, `/resources/${index}`, surroundings, report);
  }
  checkDuplicates(element, report);
  checkEvents(element, surroundings, report);
  checkBulk(element, report);
  checkRateLimits(element, surroundings, report);
  if ('hookName' in element && typeof element['hookName'] === 'string' && element['hookName'] !== '') {
    report.warning(
      '/hookName',
      `parts of this element were written in Java on the platform that it comes from (${element['hookName']}) and are not in the document`,
      'Compare its calls with the vendor’s documentation, and add what is missing as parameters or hooks.',
    );
  }
  return report.findings;
}

/** One fault is told in several ways, such as once for each thing that a value could have been; what says most is kept. */
function shapeFindings(document: unknown): Finding[] {
  const faults = documentFaults(document).map((fault) => {
    const end = fault.indexOf(' ');
    return { path: fault.slice(0, end), message: fault.slice(end + 1) };
  });
  const says = ({ message }: { message: string }) =>
    !/^must (be null|match a schema in anyOf|not have additional properties)$/.test(message);
  return faults
    .filter((fault) => says(fault) || !faults.some((other) => says(other) && other.path.startsWith(fault.path)))
    .map(({ path, message }) => ({ level: 'error', path, message, advice: shapeAdvice(message) }));
}

function shapeAdvice(message: string): string {
  if (/required propert/.test(message)) return 'Add what is missing there.';
  if (message === noMember) {
    return 'Take it away, or correct its name: the members of valence are listed in src/element/extension.ts.';
  }
  const type = /^must be (string|boolean|object|array|number|integer)/.exec(message)?.[1];
  const shown = { string: '"text" in double quotes', boolean: 'true or false', object: '{ … }', array: '[ … ]' };
  if (type !== undefined) return `Write ${shown[type as keyof typeof shown] ?? 'a number without quotes'}.`;
  if (/pattern/.test(message)) return 'Use only the characters that the pattern allows.';
  return 'Compare with the schema in src/element/definition.ts, or with another element.';
}

/** Two resources that serve the same calls: only the first is ever called. */
function checkDuplicates(element: ElementDocument, report: Report): void {
  const first = new Map<string, string>();
  for (const [index, resource] of resourcesOf(element).entries()) {
    const type = isCallable(resource) ? '' : `${resource.type} `;
    const place = type + resource.method.toUpperCase() + withoutHub(resource.path.trim()).replace(/\{[^{}]*\}/g, '{}');
    const path = `/resources/${index}`;
    const other = first.get(place);
    if (other === undefined) first.set(place, path);
    else if (type === '') {
      report.error(
        path,
        `${labelOf(resource)} is there twice, here and at ${other}; only the first is ever called`,
        'Take one of them away, or give it another path or method.',
      );
    } else {
      report.warning(path, `${type}${labelOf(resource)} is there twice and runs twice`, 'Take one of them away.');
    }
  }
}

/** The names in the paths of the resources whose chains lead to each resource; these reach it, too. */
function followChains(element: ElementDocument, report: Report): ReadonlyMap<Resource, Set<string>> {
  const resources = resourcesOf(element);
  const byName = new Map(resources.map((resource) => [nameOf(resource.method, resource.path), resource]));
  const inherited = new Map<Resource, Set<string>>();
  for (const [index, start] of resources.entries()) {
    const path = `/resources/${index}/nextResource`;
    const chain = [start];
    for (let last: Resource = start; last.nextResource; ) {
      const [, method, target] = /^\s*([A-Za-z]+):(\/\S*)\s*$/.exec(last.nextResource) ?? [];
      const next = method === undefined || target === undefined ? undefined : byName.get(nameOf(method, target));
      if (next === undefined) {
        if (last === start) refuseNext(start, path, target === undefined, report);
        break;
      }
      chain.push(next);
      if (chain.length > longestChain) {
        report.error(
          path,
          `the chain of ${labelOf(start)} ${new Set(chain).size < chain.length ? 'comes back to where it was' : `has more than ${longestChain} resources`}`,
          `End it after ${longestChain} resources at most: take nextResource away from the last of them.`,
        );
        break;
      }
      const names = inherited.get(next) ?? new Set();
      for (const name of pathVariables(start.path)) names.add(name);
      inherited.set(next, names);
      last = next;
    }
  }
  return inherited;
}

function refuseNext({ nextResource }: Resource, path: string, isMalformed: boolean, report: Report): void {
  if (isMalformed) {
    report.error(
      path,
      `"${nextResource}" names no resource`,
      'Write METHOD:/path, such as GET:/hubs/general/details/{id}.',
    );
  } else {
    report.error(
      path,
      `${nextResource} leads to a resource that the element does not have`,
      'Write the method and the path as they stand at that resource, or add it.',
    );
  }
}

function nameOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${withoutHub(path.trim())}`;
}
