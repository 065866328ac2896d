// What the views of bulk jobs ask of the server. What changes a job, or reads its rows, is a call at its account.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../call.ts';
import { usePagedRows } from '../paged-rows.ts';
import { type BulkJob, isOpen, type RowError } from './bulk-job.ts';
import { fetchFile } from './fetch-file.ts';

const refreshMs = 1000;

interface Started {
  id: string;
  instanceId: number;
}

/** A download as it is asked for. */
export interface DownloadAsk {
  instance: number;
  query: string;
  from: string | undefined;
  to: string | undefined;
}

/** An upload as it is asked for. */
export interface UploadAsk {
  instance: number;
  objectName: string;
  file: File;
  identifierFieldName: string | undefined;
  isSerial: boolean;
}

/** The jobs that pass a filter, the latest first; asked for again and again while one is not over. */
export function useBulkJobs(filter: {
  status?: string | undefined;
  direction?: string | undefined;
  instanceId?: number | undefined;
}) {
  return usePagedRows<BulkJob>({
    key: ['bulk', 'list'],
    path: '/bulk/jobs',
    query: { ...filter, pageSize: 100 },
    refreshEvery: (rows) => (rows.some(isOpen) ? refreshMs * 2 : rows.length <= 300 ? 10_000 : false),
  });
}

/** One job; asked for again until it is over. */
export function useBulkJob(id: string) {
  return useQuery({
    queryKey: ['bulk', 'one', id],
    queryFn: ({ signal }) => call<BulkJob>('GET', `/bulk/jobs/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data !== undefined && isOpen(state.data) ? refreshMs : false),
  });
}

/** The rows of a job that failed. */
export function useRowErrors({ id, instanceId, error_count }: BulkJob) {
  return usePagedRows<RowError>({
    key: ['bulk', 'errors', id, error_count],
    path: `/bulk/${id}/errors`,
    query: { pageSize: 200 },
    instance: instanceId,
    enabled: error_count > 0,
  });
}

/** Ends a job. */
export function useCancel({ id, instanceId }: BulkJob) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('PUT', `/bulk/${id}/cancel`, { instance: instanceId }),
    onSettled: () => client.invalidateQueries({ queryKey: ['bulk'] }),
  });
}

/** Sends the rows of a job that failed once more, as a job of their own. */
export function useRunAgain({ id, instanceId }: BulkJob) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (doubtful: boolean) =>
      call<Started>('POST', `/bulk/${id}/retry`, {
        instance: instanceId,
        query: { doubtful: doubtful || undefined },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['bulk', 'list'] }),
  });
}

/** Brings a file of a job to the browser’s downloads. */
export function useFetchFile({ id, instanceId, object_name }: BulkJob) {
  return useMutation({
    mutationFn: ({ what, accept }: { what: 'records' | 'errors'; accept: string }) => {
      const path = what === 'errors' ? 'errors' : encodeURIComponent(object_name);
      return fetchFile(`/bulk/${id}/${path}`, { instance: instanceId, accept });
    },
  });
}

/** Begins a download. */
export function useStartDownload() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ instance, query, from, to }: DownloadAsk) =>
      call<Started>('POST', '/bulk/query', { instance, query: { q: query, from, to } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['bulk', 'list'] }),
  });
}

/** Sends a file and begins to upload its rows. */
export function useStartUpload() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ instance, objectName, file, identifierFieldName, isSerial }: UploadAsk) => {
      const form = new FormData();
      const metaData = {
        ...(identifierFieldName === undefined ? {} : { identifierFieldName }),
        ...(isSerial ? { concurrency: 'serial' } : {}),
      };
      // Before the file, so that what is wrong with it is said before the file is read.
      form.set('metaData', JSON.stringify(metaData));
      form.set('file', file);
      return call<Started>('POST', `/bulk/${encodeURIComponent(objectName)}`, { instance, body: form });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['bulk', 'list'] }),
  });
}

/** Which elements move many records, and which way. */
export function useBulkElements() {
  return useQuery({
    queryKey: ['bulk', 'elements'],
    staleTime: 300_000,
    queryFn: async ({ signal }) => {
      const elements = await call<BulkElement[]>('GET', '/elements/metadata', { query: { expand: true }, signal });
      return new Map(elements.map((element) => [element.key, element]));
    },
  });
}

/** What an element says of bulk. */
export interface BulkElement {
  key: string;
  bulk: { download: boolean; upload: boolean };
  objects?: { name: string; bulkDownloadEnabled: boolean; bulkUploadEnabled: boolean }[];
}

/** The objects of an account, for a field that offers them. */
export function useObjects(instance: number | undefined) {
  return useQuery({
    queryKey: ['bulk', 'objects', instance],
    enabled: instance !== undefined,
    staleTime: 300_000,
    retry: false,
    queryFn: ({ signal }) =>
      call<string[]>('GET', '/objects', { signal, ...(instance === undefined ? {} : { instance }) }),
  });
}
