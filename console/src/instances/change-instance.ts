// Changes of a connected account, each of which makes what is known of it stale.

import { call, callWithHeaders } from '../call.ts';
import { forgetInstances, type Instance } from './queries.ts';

/** What can be changed by hand; settings that are null are taken away. */
export interface InstanceChange {
  name?: string;
  tags?: string[];
  configuration?: Record<string, string | null>;
}

/** Changes what is given and leaves everything else. */
export async function changeInstance(id: number, change: InstanceChange): Promise<Instance> {
  const changed = await call<Instance>('PATCH', `/instances/${id}`, { body: change });
  await forgetInstances();
  return changed;
}

/** Lets calls through, or refuses them. */
export async function enableInstance(id: number, isEnabled: boolean): Promise<void> {
  await call(isEnabled ? 'PUT' : 'DELETE', `/instances/${id}/enabled`);
  await forgetInstances();
}

/** Notes every step of the account's calls for an hour, or no longer. */
export async function traceInstance(id: number, isOn: boolean): Promise<void> {
  await call(isOn ? 'PUT' : 'DELETE', `/instances/${id}/trace-logging`);
  await forgetInstances();
}

/** Deletes an account; gives back what could not be undone at the vendor, if anything. */
export async function deleteInstance(id: number): Promise<string | undefined> {
  const { headers } = await callWithHeaders('DELETE', `/instances/${id}`);
  return headers.get('elements-error') ?? undefined;
}
