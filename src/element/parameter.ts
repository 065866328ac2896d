// The shapes that resources of an element document are made of: parameters and hooks.

import { type Static, type TProperties, Type } from 'typebox';

const optional = Type.Optional;

/** An object that may have more members than are named: real exported documents carry many. */
export const openObject = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: true });

/** Text, null or nothing. */
export const optionalText = optional(Type.Union([Type.String(), Type.Null()]));

/** Schema of a parameter. */
export const Parameter = openObject({
  name: Type.String(),
  type: Type.String(),
  vendorName: optionalText,
  vendorType: optionalText,
  source: optionalText,
  required: optional(Type.Union([Type.Boolean(), Type.Null()])),
  dataType: optionalText,
  vendorDataType: optionalText,
  description: optionalText,
  converter: optionalText,
});
/** One parameter: takes `name` from the place `type` and puts it as `vendorName` at the place `vendorType`. */
export type Parameter = Static<typeof Parameter>;

/** Schema of a hook. */
export const Hook = openObject({
  type: Type.String(),
  mimeType: optionalText,
  body: optionalText,
  isLegacy: optional(Type.Union([Type.Boolean(), Type.Null()])),
});

/** A script that runs before or after a vendor's call. */
export type Hook = Static<typeof Hook>;
