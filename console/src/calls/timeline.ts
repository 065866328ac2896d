// When each part of a call began and ended, from its steps.

import type { TraceStep } from '../components/trace-steps.tsx';

/** A part of a call; one without a length is a moment. */
export interface Part {
  name: string;
  fromMs: number;
  toMs: number;
  /** whether it was spent waiting for the vendor */
  isVendors: boolean;
}

/** The parts of a traced call, in order: a request to the vendor lasts until its answer, or until the call ended. */
export function partsOf(trace: readonly TraceStep[], endMs: number): Part[] {
  const parts: Part[] = [];
  trace.forEach(({ step, atMs }, index) => {
    if (step === 'vendor answer') return;
    if (step !== 'vendor request') {
      parts.push({ name: step, fromMs: atMs, toMs: atMs, isVendors: false });
      return;
    }
    const next = trace.slice(index + 1).find((later) => later.step.startsWith('vendor '));
    parts.push({ name: 'vendor request', fromMs: atMs, toMs: next?.atMs ?? endMs, isVendors: true });
  });
  return parts;
}
