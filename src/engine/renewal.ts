// Elements with a login of their own: their `onRefresh` resource is run when what it got last is about to end, once for
// all calls and processes that need it.

import { isDue } from '../auth/due.ts';
import type { Account } from '../auth/schemes.ts';
import type { Clock } from '../core/clock.ts';
import { lifecycleResources } from '../element/define.ts';

/** Keeps the logins of such accounts fresh. */
export interface Renewal {
  /** The account with a login that is not about to end; makes no statement while it is fresh. */
  beforeCall<Kind extends StoredAccount>(account: Kind): Promise<Kind>;
  /** The account with a new login, after the vendor answered 401; undefined when its element cannot renew it. */
  afterRefusal<Kind extends StoredAccount>(account: Kind): Promise<Kind | undefined>;
}

/** An account that is stored. */
export type StoredAccount = Account & { organizationId: number; instanceId: number };

type Settings = Pick<Account, 'values' | 'secrets'>;

interface RenewalDependencies {
  /** runs the `onRefresh` resources and gives the settings that they brought */
  runOnRefresh(account: Account): Promise<Record<string, string>>;
  /** the settings as they are stored now */
  reread(account: StoredAccount): Promise<Settings | undefined>;
  keepSettings(account: StoredAccount, settings: Record<string, string>): Promise<void>;
  /** runs work that only one process at a time may do for an instance */
  alone<Result>(instanceId: number, work: () => Promise<Result>): Promise<Result>;
  clock: Clock;
}

const timeSetting = 'authentication.time';

/** Makes the keeper of logins. Its methods throw the Problem of a failed login. */
export function createRenewal(dependencies: RenewalDependencies): Renewal {
  const { clock } = dependencies;
  const inFlight = new Map<number, Promise<Settings>>();

  return {
    async beforeCall(account) {
      if (!canRenew(account) || !isOver(account.values, clock())) return account;
      return renewed(account);
    },
    async afterRefusal(account) {
      return canRenew(account) ? renewed(account) : undefined;
    },
  };

  async function renewed<Kind extends StoredAccount>(account: Kind): Promise<Kind> {
    const { instanceId } = account;
    const running = inFlight.get(instanceId) ?? renew(account).finally(() => inFlight.delete(instanceId));
    inFlight.set(instanceId, running);
    return { ...account, ...(await running) };
  }

  async function renew(account: StoredAccount): Promise<Settings> {
    return dependencies.alone(account.instanceId, async () => {
      const { values, secrets } = (await dependencies.reread(account)) ?? account;
      if (values[timeSetting] !== account.values[timeSetting]) return { values, secrets };
      const brought = await dependencies.runOnRefresh({ ...account, values, secrets });
      const settings = { ...brought, [timeSetting]: String(clock()) };
      await dependencies.keepSettings(account, settings);
      return { values: { ...values, ...settings }, secrets };
    });
  }
}

/** Whether an account is that of a stored instance. */
export function isStoredAccount<Kind extends Account>(account: Kind): account is Kind & StoredAccount {
  return 'instanceId' in account;
}

function canRenew({ definition }: Account): boolean {
  return lifecycleResources(definition, 'onRefresh').length > 0;
}

/** Times are in milliseconds since 1970 or written out; without both settings a login never ends by itself. */
function isOver(values: Account['values'], now: number): boolean {
  const text = values[timeSetting] ?? '';
  const refreshedAt = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  const intervalSeconds = Number(values['expires_in'] ?? Number.NaN);
  if (Number.isNaN(refreshedAt) || !(intervalSeconds > 0)) return false;
  return isDue({ refreshedAt, expiresAt: undefined, intervalSeconds }, now);
}
