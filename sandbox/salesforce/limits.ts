// How much an organization has left (REST API Developer Guide "Limits").

import { type Answer, json } from '../vendor.ts';
import type { RestCall } from './call.ts';
import { methodNotAllowed } from './errors.ts';
import { needObject } from './records.ts';

/** What an organization may keep, in megabytes (Salesforce help "Data and File Storage Allocations"). */
const dataStorage = 10_240;
const fileStorage = 10_240;
const megabyte = 1024 * 1024;

/** Answers `/limits`. */
export function limits(call: RestCall, callsPerDay: number): Answer {
  if (call.request.method !== 'GET') throw methodNotAllowed(call.request.method, ['GET', 'HEAD']);
  const versions = call.data.records.all(needObject('ContentVersion')).filter((one) => one['IsDeleted'] !== true);
  const used = versions.reduce((sum, version) => sum + Number(version['ContentSize']), 0);
  const left = (most: number, spent: number) => ({ Max: most, Remaining: Math.max(0, most - Math.ceil(spent)) });
  return json(200, {
    DailyApiRequests: left(callsPerDay, call.data.calls),
    DataStorageMB: left(dataStorage, 1),
    FileStorageMB: left(fileStorage, used / megabyte),
  });
}
