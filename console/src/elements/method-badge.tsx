// The method of a call, in the colour of what it does.

import { Badge } from '@mantine/core';

const colours: Record<string, string> = { GET: 'blue', POST: 'teal', PUT: 'orange', PATCH: 'orange', DELETE: 'red' };

/** GET, POST and their like. */
export function MethodBadge({ method }: { method: string }) {
  const name = method.toUpperCase();
  return (
    <Badge color={colours[name] ?? 'gray'} variant="light" radius="sm" w={58} size="xs" className="unshrunk">
      {name}
    </Badge>
  );
}
