// Whether there is little room, as on a phone.

import { useMediaQuery } from '@mantine/hooks';

/** True on narrow pages, where tables leave columns out. */
export function useNarrow(): boolean {
  return useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
}
