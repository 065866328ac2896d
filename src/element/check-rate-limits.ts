// Rules for `valence.rateLimits`: each limits something, counts calls that there are, and names settings that there are.

import { resourcesOf, withoutHub } from './define.ts';
import type { ElementDocument } from './definition.ts';
import type { Report } from './finding.ts';
import { countsCalls } from './rate-limits.ts';
import type { Surroundings } from './surroundings.ts';

/** Checks `valence.rateLimits`. */
export function checkRateLimits(document: ElementDocument, { isKnown }: Surroundings, report: Report): void {
  for (const [index, limit] of (document.valence?.rateLimits ?? []).entries()) {
    const path = `/valence/rateLimits/${index}`;
    const { scope, by, requests, seconds, concurrency, headers } = limit;
    if ((requests === undefined) !== (seconds === undefined)) {
      report.error(
        path,
        requests === undefined ? `${seconds} seconds for how many calls?` : `${requests} calls in how many seconds?`,
        'Write both requests and seconds.',
      );
    } else if (requests === undefined && concurrency === undefined) {
      report.error(path, 'the limit limits nothing', 'Write requests and seconds, or concurrency.');
    }
    for (const [place, setting] of (by ?? []).entries()) {
      if (isKnown(setting)) continue;
      report.error(
        `${path}/by/${place}`,
        `${setting} is no setting of the element`,
        `Add the setting ${setting}, or correct the name.`,
      );
    }
    if (scope === 'application' && by === undefined && !isKnown('oauth.api.key')) {
      report.error(
        path,
        'the vendor counts by application, and no setting names the application',
        'Name the setting that does in by.',
      );
    }
    const isCounting = resourcesOf(document).some((resource) =>
      countsCalls(limit, withoutHub(resource.path.trim()), resource.method.toUpperCase()),
    );
    if (!isCounting) {
      report.warning(
        path,
        'no resource has such a path and method, so nothing is counted',
        'Write paths as they stand at the resources, below the hub, such as /tickets/{id} or /tickets*.',
      );
    }
    if (headers !== undefined && headers.remaining === undefined && headers.usage === undefined) {
      report.warning(
        `${path}/headers`,
        'no header says how many calls are left',
        'Name it in remaining, or the one that says used/limit in usage.',
      );
    }
  }
}
