import { describeConformance } from './conformance.ts';
import { deskConformance } from './desk-conformance.ts';

describeConformance(deskConformance);
