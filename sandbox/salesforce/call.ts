// A call of the REST API whose token was found good, and the data of the organization it goes to.

import type { VendorRequest } from '../vendor.ts';
import type { BulkJobs } from './bulk.ts';
import type { Deployment } from './deployments.ts';
import type { Files } from './files.ts';
import type { CustomObjects } from './metadata.ts';
import type { Row } from './query.ts';
import type { Records } from './records.ts';
import type { DeployedCode } from './tooling-code.ts';

/** The rows that a query found, given out so many at a time. */
export interface FoundRows {
  totalSize: number;
  rows: Row[];
  batchSize: number;
}

/** What one organization keeps. */
export interface OrganizationData {
  records: Records;
  files: Files;
  customObjects: CustomObjects;
  deployed: DeployedCode;
  /** What became of deployments, by their ids. */
  deployments: Map<string, Deployment>;
  /** What queries found that fitted no single answer, by query locator. */
  locators: Map<string, FoundRows>;
  /** Jobs of Bulk API 2.0. */
  bulk: BulkJobs;
  /** How many calls of its APIs there were. */
  calls: number;
}

/** One call. */
export interface RestCall {
  request: VendorRequest;
  data: OrganizationData;
  now: Date;
  /** Who calls. */
  userId: string;
  /** Whether it goes to a production organization with users, which takes no Apex but what is deployed with tests. */
  isActiveOrganization: boolean;
  /** The path of the API version, `/services/data/v36.0`. */
  base: string;
}
