// A vendor as the control API takes it.

import { Type } from 'typebox';
import { type VendorKey, vendorKeys } from './vendor.ts';

/** A known vendor's key, or that of one which plays an element document. */
export const VendorName = Type.Unsafe<VendorKey>(
  Type.Union([Type.Enum(vendorKeys), Type.String({ pattern: '^element:' })]),
);
