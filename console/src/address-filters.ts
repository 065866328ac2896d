// Filters that stand in the address, so that a view can be linked to, kept, and gone back to.

import { useSearchParams } from 'wouter';

/** Reads and changes the filters of a view. */
export interface AddressFilters {
  /** undefined where the address does not say */
  get(name: string): string | undefined;
  /** Sets filters; those that are undefined or empty are taken out of the address. */
  set(changes: Record<string, string | null | undefined>): void;
}

/** The filters in the address. */
export function useAddressFilters(): AddressFilters {
  const [parameters, setParameters] = useSearchParams();
  return {
    get: (name) => parameters.get(name) ?? undefined,
    set: (changes) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === undefined || value === null || value === '') after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      ),
  };
}
