// Every resource of the element of Salesforce's marketing side, tried against the sandbox.

import { describeConformance } from './conformance.ts';
import { sfdcmarketingcloudConformance } from './sfdcmarketingcloud-conformance.ts';

describeConformance(sfdcmarketingcloudConformance);
