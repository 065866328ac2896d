import { describeConformance } from './conformance.ts';
import { sfdcservicecloudConformance } from './sfdcservicecloud-conformance.ts';

describeConformance(sfdcservicecloudConformance);
