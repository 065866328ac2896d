import { actessentialsoauthConformance } from './actessentialsoauth-conformance.ts';
import { describeConformance } from './conformance.ts';

describeConformance(actessentialsoauthConformance);
