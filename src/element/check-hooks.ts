// Rules for hooks: they run, they can be read, and they do something.

import { compileFunction } from 'node:vm';
import type { Resource } from './definition.ts';
import { oneOf, type Report } from './finding.ts';
import { hookFile } from './folder-files.ts';
import type { Hook } from './parameter.ts';

const elementHooks = new Set(['preRequest', 'postRequest', 'event']);
const resourceHooks = new Set(['preRequest', 'postRequest']);

/** Checks the hooks of the element, or of one of its resources. */
export function checkHooks(
  hooks: readonly Hook[] | null | undefined,
  resource: Resource | undefined,
  path: string,
  report: Report,
): void {
  for (const [index, hook] of (hooks ?? []).entries()) checkHook(hook, resource, `${path}/${index}`, report);
}

function checkHook(hook: Hook, resource: Resource | undefined, path: string, report: Report): void {
  const known = resource === undefined ? elementHooks : resourceHooks;
  if (!known.has(hook.type)) {
    report.error(
      `${path}/type`,
      `a hook of the type ${hook.type} never runs here`,
      resource !== undefined && hook.type === 'event'
        ? 'Move it to the hooks of the element.'
        : `Make it one of ${oneOf(known)}.`,
    );
  }
  if (hook.mimeType && !/javascript/i.test(hook.mimeType)) {
    report.warning(`${path}/mimeType`, `${hook.mimeType} is run as JavaScript`, 'Write application/javascript.');
  }
  const source = hook.body ?? '';
  if (source.trim() === '') {
    report.error(
      path,
      `the ${hook.type} hook has no script, so nothing runs`,
      `Write it as body, or in the file ${hookFile(hook, resource)} beside the document.`,
    );
    return;
  }
  const fault = syntaxFault(source);
  if (fault !== undefined) {
    report.error(
      `${path}/body`,
      `the ${hook.type} hook is no JavaScript: ${fault}`,
      'Mend the script: it is the body of a function whose variables are done, request_…, response_… and configuration.',
    );
  } else if (hook.isLegacy !== true && !/\bdone\b/.test(source)) {
    report.warning(
      `${path}/body`,
      `the ${hook.type} hook never calls done, so it changes nothing`,
      hook.type === 'preRequest'
        ? 'End it with done({ request_vendor_parameters: … }) or another member that should change.'
        : 'End it with done({ response_body: … }) or another member that should change.',
    );
  }
}

/** Why a script cannot be read, with its line; it is only parsed, as the body of a function, and never run. */
function syntaxFault(source: string): string | undefined {
  try {
    compileFunction(source, ['done'], { filename: 'hook' });
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return 'it is nested too deeply to be read';
    if (!(error instanceof SyntaxError)) throw error;
    const line = /^hook:(\d+)/.exec(error.stack ?? '')?.[1];
    return line === undefined ? error.message : `${error.message} in line ${line}`;
  }
}
