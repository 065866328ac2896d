// Every resource of Sales Cloud's element, tried against the sandbox.

import { describeConformance } from './conformance.ts';
import { sfdcConformance } from './sfdc-conformance.ts';

describeConformance(sfdcConformance);
