// The calls of this process that wait for one budget: whose turn it is among tenants, interactive ones first.

/** A call that waits. */
export interface WaitingCall {
  tenant: string;
  isBackground: boolean;
  /** told that the call may be made */
  go(): void;
}

/** Interactive calls that may pass while calls in the background wait, before one of these has its turn. */
const passes = 9;

/** Calls that wait, by tenant and priority. */
export class WaitingCalls {
  /** interactive ones, and those in the background; tenants in the order of their turns */
  private readonly queues: [Map<string, WaitingCall[]>, Map<string, WaitingCall[]>] = [new Map(), new Map()];
  private passed = 0;
  size = 0;

  /** Adds a call, behind the others of its tenant or, for one that has had its turn in vain, before them. */
  add(call: WaitingCall, isFirst: boolean): void {
    const queue = this.queues[call.isBackground ? 1 : 0];
    const calls = queue.get(call.tenant);
    this.size += 1;
    if (calls === undefined) queue.set(call.tenant, [call]);
    else if (isFirst) calls.unshift(call);
    else calls.push(call);
  }

  /** Takes a call out that is not to be made any more. */
  remove(call: WaitingCall): void {
    const queue = this.queues[call.isBackground ? 1 : 0];
    const calls = queue.get(call.tenant);
    const index = calls?.indexOf(call) ?? -1;
    if (calls === undefined || index < 0) return;
    calls.splice(index, 1);
    this.size -= 1;
    if (calls.length === 0) queue.delete(call.tenant);
  }

  /** The next call of a tenant and priority. */
  takeOf(tenant: string, isBackground: boolean): WaitingCall | undefined {
    const queue = this.queues[isBackground ? 1 : 0];
    const calls = queue.get(tenant);
    const call = calls?.shift();
    if (calls === undefined || call === undefined) return undefined;
    this.size -= 1;
    queue.delete(tenant);
    // Behind the others: every tenant has one turn before any has its next.
    if (calls.length > 0) queue.set(tenant, calls);
    return call;
  }

  /** The next call of whoever's turn it is. */
  take(): WaitingCall | undefined {
    const [interactive, background] = this.queues;
    if (interactive.size === 0 || background.size === 0) this.passed = 0;
    else this.passed += 1;
    const isBackground = interactive.size === 0 || this.passed > passes;
    if (isBackground) this.passed = 0;
    const [tenant] = (isBackground ? background : interactive).keys();
    return tenant === undefined ? undefined : this.takeOf(tenant, isBackground);
  }

  /** Whether a call waits that somebody waits for. */
  hasInteractive(): boolean {
    return this.queues[0].size > 0;
  }

  /** How many calls wait of each tenant; `Demand` of the shared window. */
  demand(): Record<string, [interactive: number, background: number]> {
    const demand: Record<string, [number, number]> = {};
    for (const which of [0, 1] as const) {
      for (const [tenant, calls] of this.queues[which]) {
        const counts = demand[tenant] ?? [0, 0];
        counts[which] = calls.length;
        demand[tenant] = counts;
      }
    }
    return demand;
  }
}
