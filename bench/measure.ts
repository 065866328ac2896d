// What a process has used so far, from Linux's /proc.

import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all its threads, user and system together, and the memory that is resident now. */
export interface Usage {
  cpuMs: number;
  residentBytes: number;
}

/** One clock tick of /proc/…/stat: Linux shows them to programs as hundredths of a second on every platform (man 5 proc). */
const tickMs = 10;

/**
 * Reads the usage of a server: its process and those that run its scripts, not its database. Throws an Error when there is
 * no such process, or no /proc.
 */
export function usageOf(pid: number): Usage {
  const own = childrenOf(pid).filter(isNode).map(usageOfOne);
  return own.reduce(
    (sum, one) => ({ cpuMs: sum.cpuMs + one.cpuMs, residentBytes: sum.residentBytes + one.residentBytes }),
    usageOfOne(pid),
  );
}

/** The same of a server with all that it has started, its database too. */
export function usageOfAll(pid: number): Usage {
  return childrenOf(pid)
    .map(usageOfAll)
    .reduce(
      (sum, one) => ({ cpuMs: sum.cpuMs + one.cpuMs, residentBytes: sum.residentBytes + one.residentBytes }),
      usageOfOne(pid),
    );
}

/** Processes that any thread of a process has started. */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((child) => child.trim() !== '')
    .map(Number);
}

function isNode(pid: number): boolean {
  return /node/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '');
}

function usageOfOne(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces: fields are counted after it, from the third on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    residentBytes: Number(resident) * 1024,
  };
}
