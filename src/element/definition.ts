// The shape of an element document: what `POST /elements` imports, `GET /elements/{key}/export` gives back and the
// folders of the catalog hold. Unknown members are kept everywhere, because real exported documents carry many.

import { type Static, Type } from 'typebox';
import { ElementExtension, ResourceExtension } from './extension.ts';
import { Hook, openObject, optionalText, Parameter } from './parameter.ts';

const optional = Type.Optional;

/** Schema of a setting. */
export const Setting = openObject({
  key: Type.String({ minLength: 1 }),
  name: optional(Type.String()),
  description: optionalText,
  type: optional(Type.String()),
  defaultValue: optionalText,
  required: optional(Type.Boolean()),
  internal: optional(Type.Boolean()),
  hideFromConsole: optional(Type.Boolean()),
  active: optional(Type.Boolean()),
  companyConfig: optional(Type.Boolean()),
  resellerConfig: optional(Type.Boolean()),
  groupControl: optional(Type.Boolean()),
  displayOrder: optional(Type.Number()),
  options: optional(Type.Array(openObject({ value: optional(Type.String()), description: optional(Type.String()) }))),
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
  active: optional(Type.Union([Type.Boolean(), Type.Null()])),
  parameters: optional(Parameters),
  hooks: optional(Type.Union([Type.Array(Hook), Type.Null()])),
  resources: optional(Type.Array(Resource)),
  objects: optional(Type.Unknown({ description: 'objects with names, keys and fields' })),
  valence: optional(ElementExtension),
});
export type ElementDocument = Static<typeof ElementDocument>;
