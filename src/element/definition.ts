// The shape of an element document: what `POST /elements` imports, `GET /elements/{key}/export` gives back and the
// folders of the catalog hold. Unknown members are kept everywhere, because real exported documents carry many.

import { type Static, Type } from 'typebox';
import { ElementExtension, ResourceExtension } from './extension.ts';
import { Hook, openObject, optionalText, Parameter } from './parameter.ts';

const optional = Type.Optional;

const optionalBoolean = optional(Type.Union([Type.Boolean(), Type.Null()]));

/** Schema of a setting. */
export const Setting = openObject({
  key: Type.String({ minLength: 1 }),
  name: optionalText,
  description: optionalText,
  type: optionalText,
  defaultValue: optionalText,
  required: optionalBoolean,
  internal: optionalBoolean,
  hideFromConsole: optionalBoolean,
  active: optionalBoolean,
  companyConfig: optionalBoolean,
  resellerConfig: optionalBoolean,
  groupControl: optionalBoolean,
  displayOrder: optional(Type.Union([Type.Number(), Type.Null()])),
  options: optional(
    Type.Union([Type.Array(openObject({ value: optionalText, description: optionalText })), Type.Null()]),
  ),
});
/** One configuration entry of an element: a value that the caller gives or the platform writes. */
export type Setting = Static<typeof Setting>;

const Parameters = Type.Union([Type.Array(Parameter), Type.Null()]);

/** Schema of a resource. */
export const Resource = openObject({
  method: Type.String({ minLength: 1 }),
  path: Type.String({ minLength: 1 }),
  vendorMethod: optionalText,
  vendorPath: optionalText,
  type: optionalText,
  description: optionalText,
  rootKey: optionalText,
  nextPageKey: optionalText,
  nextResource: optionalText,
  paginationType: optionalText,
  objectName: optionalText,
  kind: optionalText,
  parameters: optional(Parameters),
  hooks: optional(Type.Union([Type.Array(Hook), Type.Null()])),
  model: optional(Type.Unknown({ description: 'the name of a model, and JSON schemas by name' })),
  valence: optional(ResourceExtension),
});
/** One resource: a path of our API and the vendor's call behind it. */
export type Resource = Static<typeof Resource>;

/** Schema of an element document. */
export const ElementDocument = openObject({
  id: optional(Type.Integer({ minimum: 1 })),
  key: Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
  name: Type.String({ minLength: 1 }),
  description: optionalText,
  hub: Type.String({ minLength: 1 }),
  authentication: openObject({ type: Type.String() }),
  configuration: Type.Array(Setting),
  active: optionalBoolean,
  parameters: optional(Parameters),
  hooks: optional(Type.Union([Type.Array(Hook), Type.Null()])),
  resources: optional(Type.Union([Type.Array(Resource), Type.Null()])),
  objects: optional(Type.Unknown({ description: 'objects with names, keys and fields' })),
  valence: optional(ElementExtension),
});
export type ElementDocument = Static<typeof ElementDocument>;
