// What is chosen in a view stands in its address, so that it can be linked to, survives a reload, and can be gone back to.

import { useSearchParams } from 'wouter';

/** Sets parameters of the address; those that are null, undefined or empty are taken out of it. */
export type ChangeAddress = (changes: Record<string, string | null | undefined>) => void;

/** The parameters of the address, and a function that changes some of them without a new entry in the history. */
export function useAddress(): [URLSearchParams, ChangeAddress] {
  const [parameters, setParameters] = useSearchParams();
  const change: ChangeAddress = (changes) =>
    setParameters(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === null || value === undefined || value === '') after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  return [parameters, change];
}

/** Reads and changes the filters of a view. */
export interface AddressFilters {
  /** undefined where the address does not say */
  get(name: string): string | undefined;
  set: ChangeAddress;
}

/** The filters in the address. */
export function useAddressFilters(): AddressFilters {
  const [parameters, set] = useAddress();
  return { get: (name) => parameters.get(name) ?? undefined, set };
}
