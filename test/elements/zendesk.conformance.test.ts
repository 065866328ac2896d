import { describeConformance } from './conformance.ts';
import { zendeskConformance } from './zendesk-conformance.ts';

describeConformance(zendeskConformance);
