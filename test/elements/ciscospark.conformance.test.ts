import { ciscosparkConformance } from './ciscospark-conformance.ts';
import { describeConformance } from './conformance.ts';

describeConformance(ciscosparkConformance);
