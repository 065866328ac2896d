// Rules for `valence.bulk`: its steps are internal resources of the element, and take what they are given.

import type { BulkDownload, BulkUpload } from './bulk-extension.ts';
import { isCallable, resourcesOf, withoutHub } from './define.ts';
import type { ElementDocument, Resource } from './definition.ts';
import type { Report } from './finding.ts';

/** What a job puts into the path of each step. */
const given = ['object', 'operation', 'statement', 'fields', 'identifier', 'reference', 'job', 'locator', 'rows'];

/** The steps of an element's bulk jobs with the names that are given to them. */
export function bulkSteps(document: ElementDocument): Map<Resource, ReadonlySet<string>> {
  const { download, upload } = document.valence?.bulk ?? {};
  const names = [download, upload].flatMap((job) => [
    job?.create.resource,
    job?.find?.resource,
    job?.poll.resource,
    job?.abort,
  ]);
  names.push(
    download?.fetch.resource,
    upload?.load,
    upload?.start,
    ...(upload?.outcomes ?? []).map(({ resource }) => resource),
  );
  const resources = names.flatMap((name) => (name === undefined ? [] : (stepResource(document, name) ?? [])));
  return new Map(resources.map((resource) => [resource, new Set(given)]));
}

/** What a step must be. */
interface Step {
  name: string;
  path: string;
  /** whether its answer is a file */
  isDownload: boolean;
}

/** Checks `valence.bulk`. */
export function checkBulk(document: ElementDocument, report: Report): void {
  const { download, upload } = document.valence?.bulk ?? {};
  if (download !== undefined) {
    checkJob(document, download, '/valence/bulk/download', report);
    checkStep(
      document,
      { name: download.fetch.resource, path: '/valence/bulk/download/fetch/resource', isDownload: true },
      report,
    );
  }
  if (upload !== undefined) checkUpload(document, upload, '/valence/bulk/upload', report);
}

function checkUpload(document: ElementDocument, upload: BulkUpload, path: string, report: Report): void {
  checkJob(document, upload, path, report);
  for (const [index, { resource }] of upload.outcomes.entries()) {
    checkStep(document, { name: resource, path: `${path}/outcomes/${index}/resource`, isDownload: true }, report);
  }
  for (const member of ['load', 'start'] as const) {
    const name = upload[member];
    if (name !== undefined) checkStep(document, { name, path: `${path}/${member}`, isDownload: false }, report);
  }
  if (upload.load === undefined && upload.find === undefined) {
    report.warning(
      path,
      'a job is made with its rows, and cannot be found when its making is not answered: all its rows are doubtful then',
      'Describe how jobs are listed in find, if the vendor can do it.',
    );
  }
  if (upload.load !== undefined && upload.start === undefined && upload.poll.waiting === undefined) {
    report.warning(
      `${path}/poll`,
      'nothing tells whether rows have come that were sent when the connection broke: they are doubtful then',
      'Name the states of a job that still waits for its rows in waiting.',
    );
  }
}

function checkJob(document: ElementDocument, job: BulkDownload | BulkUpload, path: string, report: Report): void {
  const steps: [string, string | undefined][] = [
    ['create/resource', job.create.resource],
    ['find/resource', job.find?.resource],
    ['poll/resource', job.poll.resource],
    ['abort', job.abort],
  ];
  for (const [member, name] of steps) {
    if (name !== undefined) checkStep(document, { name, path: `${path}/${member}`, isDownload: false }, report);
  }
  const { done, failed = [], waiting = [] } = job.poll;
  const twice = [...done, ...failed, ...waiting].find((state, index, all) => all.indexOf(state) !== index);
  if (twice !== undefined) {
    report.error(`${path}/poll`, `the state ${twice} is named twice`, 'Name it in one of done, failed and waiting.');
  }
}

function checkStep(document: ElementDocument, { name, path, isDownload }: Step, report: Report): void {
  const resource = stepResource(document, name);
  if (resource === undefined) {
    report.error(
      path,
      `${name} names no resource of the element`,
      'Write METHOD:/path as they stand at a resource, such as POST:/hubs/crm/steps/bulk/jobs.',
    );
    return;
  }
  if (isCallable(resource)) {
    report.warning(path, `callers reach ${name}, too`, 'Set valence.internal of the resource to true.');
  }
  if (isDownload && resource.valence?.download !== true) {
    report.error(path, `the answer of ${name} would be read whole`, 'Set valence.download of the resource to true.');
  }
}

/** The resource that a step names as METHOD:/path, with or without the hub. */
function stepResource(document: ElementDocument, name: string): Resource | undefined {
  const [, method, path] = /^([A-Za-z]+):(\/\S*)$/.exec(name) ?? [];
  if (method === undefined || path === undefined) return undefined;
  return resourcesOf(document).find(
    (resource) =>
      resource.method.toUpperCase() === method.toUpperCase() && withoutHub(resource.path.trim()) === withoutHub(path),
  );
}
