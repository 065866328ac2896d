// A draft tried while it is edited: on a record from the vendor, and what came of it back again.

import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { CallError } from '../call.ts';
import { type Trial, type TrialPlace, tryDraft } from './queries.ts';

/** Both ways of a trial. */
export interface Trials {
  read: Trial | undefined;
  readError: Error | null;
  written: Trial | undefined;
  writeError: Error | null;
  isPending: boolean;
}

const keep = <Value>(previous: Value | undefined): Value | undefined => previous;

/** The vendor’s record as it is, whatever the object’s mapping is. */
export function useVendorRecord(place: TrialPlace | undefined, vendorName: string, recordId: string | undefined) {
  const { objectName, elementKey, instanceId } = place ?? {};
  return useQuery({
    queryKey: ['vendor-record', objectName, elementKey, instanceId, vendorName, recordId],
    enabled: place !== undefined && instanceId !== undefined && recordId !== undefined && vendorName !== '',
    staleTime: 60_000,
    queryFn: async () => {
      if (place === undefined || recordId === undefined) throw new Error('Nothing is chosen');
      const plain = { ...place, definition: undefined, transformation: { vendorName } };
      return (await tryDraft(plain, { recordId })).original as Record<string, unknown>;
    },
  });
}

/**
 * Tries a draft on a record; on an empty one where there is none, which still tells what is wrong with the draft and
 * which fields are safe both ways. Undefined where nothing is mapped.
 */
export function useTrials(place: TrialPlace | undefined, record: Record<string, unknown> | undefined): Trials {
  const [tried] = useDebouncedValue(place, 300);
  const read = useQuery({
    queryKey: ['trial', 'read', tried, record],
    enabled: tried !== undefined,
    placeholderData: keep<Trial>,
    retry: false,
    queryFn: async () => {
      if (tried === undefined) throw new Error('Nothing is mapped');
      return tryDraft(tried, { payload: record ?? {}, method: 'GET' });
    },
  });
  const made = read.data?.transformed;
  const canGoBack = record !== undefined && typeof made === 'object' && made !== null && !read.isPlaceholderData;
  const written = useQuery({
    queryKey: ['trial', 'written', tried, made],
    enabled: tried !== undefined && canGoBack,
    placeholderData: keep<Trial>,
    retry: false,
    queryFn: async () => {
      if (tried === undefined) throw new Error('Nothing is mapped');
      return tryDraft(tried, { payload: made as object, method: 'PUT' });
    },
  });
  const isUnmapped = tried === undefined || (read.error instanceof CallError && read.error.status === 404);
  return {
    read: isUnmapped ? undefined : read.data,
    readError: isUnmapped ? null : read.error,
    written: isUnmapped || record === undefined ? undefined : written.data,
    writeError: isUnmapped ? null : written.error,
    isPending: read.isFetching || written.isFetching,
  };
}
