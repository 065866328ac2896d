// Faults that the server names in one message, each with its place, taken apart.

import type { Finding } from '../findings.ts';

/** The faults of a message such as `… cannot be used: /name must be string; /hub must …`; none when it names no places. */
export function faultsOf(message: string): Finding[] {
  const parts = message.split(/(?:^|[;:,]\s|\bbody)(?=\/)/);
  return parts.slice(1).map((part) => {
    const text = part.replace(/[\s,;.]+(and \d+ more\.?)?$/, '');
    const end = text.search(/[\s:]/);
    return {
      level: 'error',
      path: end < 0 ? text : text.slice(0, end),
      message: end < 0 ? '' : text.slice(end).replace(/^[\s:]+/, ''),
      advice: '',
    };
  });
}
