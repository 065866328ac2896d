// How a call ended: its status in the colour of what it means.

import { StatusBadge } from '../components/status-badge.tsx';
import type { Call } from './queries.ts';

/** The status of a call’s answer. */
export function ResultBadge({ call }: { call: Pick<Call, 'httpStatus'> }) {
  const { httpStatus } = call;
  return (
    <StatusBadge mood={httpStatus < 400 ? 'good' : httpStatus < 500 ? 'warning' : 'bad'}>
      {String(httpStatus)}
    </StatusBadge>
  );
}
