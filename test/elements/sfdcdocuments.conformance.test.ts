import { describeConformance } from './conformance.ts';
import { sfdcdocumentsConformance } from './sfdcdocuments-conformance.ts';

describeConformance(sfdcdocumentsConformance);
