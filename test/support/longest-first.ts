// The order of test files: the longest first, so that no worker waits at the end for one that began last.

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take more than half a minute; those that keep many processes at work do not meet. Others come after them. */
const longest = [
  'trials/trials.test.ts',
  'test/elements/faults.test.ts',
  'test/console/instances.browser.test.ts',
  'authoring/authoring.test.ts',
  'test/clients.test.ts',
  'test/refresh.test.ts',
  'test/console/events.browser.test.ts',
  'test/clients-common-resources.test.ts',
  'test/console/elements.browser.test.ts',
  'test/lifecycle.test.ts',
  'test/converted-elements.test.ts',
  'test/console/notifications.browser.test.ts',
  'test/console/common-resource-files.browser.test.ts',
  'test/bulk-jobs.test.ts',
  'src/store/changes.test.ts',
  'src/store/embedded.test.ts',
];

/** Sorts test files by `longest`. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}
