// Where a description says that the service is reached: where it was asked, or where the caller wants it to be reached.

import { Problem } from '../core/errors.ts';

/** The address of a service, as Swagger 2.0 writes it. */
export interface ServiceAddress {
  /** with the port; undefined leaves it to whoever reads the description */
  host: string | undefined;
  /** without a slash at its end */
  basePath: string;
  schemes: string[];
}

/**
 * The address of `baseUrl` (its path counts unless it is `/`), else the one that the request came to. Throws a Problem
 * when `baseUrl` is no URL of http or https.
 */
export function serviceAddress(asked: ServiceAddress, baseUrl: string | undefined): ServiceAddress {
  if (baseUrl === undefined) return asked;
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Problem('badRequest', 'baseUrl must be a URL such as https://api.example.com/elements/api-v2.');
  }
  const path = url.pathname.replace(/\/+$/, '');
  return { host: url.host, basePath: path === '' ? asked.basePath : path, schemes: [url.protocol.slice(0, -1)] };
}
