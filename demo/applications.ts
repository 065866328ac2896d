// Keeps the sandbox's applications as the organization's own, so that accounts are connected in the console without typing a
// key or a secret.

import type { Guide } from './guides.ts';
import { call } from './request.ts';
import type { Terminal } from './terminal.ts';

/** Keeps one application for each guide's element; gives back whether all are kept, and shows which is not. */
export async function keepApplications(
  guides: readonly Guide[],
  to: { terminal: Terminal; serverUrl: string; authorization: string },
): Promise<boolean> {
  to.terminal.title('Applications');
  to.terminal.line('Your organization’s applications at the vendors, kept once for all that are connected later:');
  try {
    for (const { element, application } of guides) {
      const body = { apiKey: application.clientId, apiSecret: application.clientSecret };
      await call(to, 'PUT', `/elements/${element}/application`, to.authorization, body);
    }
    return true;
  } catch (error) {
    to.terminal.line(`Failed: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}
