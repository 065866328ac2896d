// The shapes of common resources: a definition says which fields an object has, a transformation where each of them is
// found at one element. Unknown members are kept, because real exported documents carry many.

import { type Static, Type } from 'typebox';
import { openObject, optionalText } from '../element/parameter.ts';

const optional = Type.Optional;

/** Where something of a common resource was said; the more specific ones come later. */
export const levels = ['system', 'organization', 'account', 'instance'] as const;
/** Where something of a common resource was said. */
export type Level = (typeof levels)[number];

/** Schema of one entry of a transformation's or a field's configuration. */
export const MappingConfiguration = openObject({
  type: Type.String({ minLength: 1, description: 'passThrough, inherit, addToDocumentation, defaultValue, remove …' }),
  properties: optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
});
/** One entry of a transformation's or a field's configuration. */
export type MappingConfiguration = Static<typeof MappingConfiguration>;

const Configurations = optional(Type.Union([Type.Array(MappingConfiguration), Type.Null()]));

/** Schema of a field of a definition. */
export const DefinitionField = openObject({
  path: Type.String({ minLength: 1 }),
  type: optional(
    Type.Union([Type.String(), Type.Null()], {
      description: 'string, number, boolean, date, array[…] or the name of another definition',
    }),
  ),
  displayName: optionalText,
  associatedLevel: optionalText,
});
/** One field that an object has. */
export type DefinitionField = Static<typeof DefinitionField>;

/** Schema of a definition. */
export const ObjectDefinition = openObject({
  objectName: optionalText,
  level: optionalText,
  fields: optional(Type.Union([Type.Array(DefinitionField), Type.Null()])),
});
/** What an object is made of. */
export type ObjectDefinition = Static<typeof ObjectDefinition>;

/** Schema of a field of a transformation. */
export const TransformationField = openObject({
  path: optionalText,
  vendorPath: optionalText,
  type: optionalText,
  vendorType: optionalText,
  associatedLevel: optionalText,
  configuration: Configurations,
});
/** Where one field is found at an element. */
export type TransformationField = Static<typeof TransformationField>;

/** Schema of a script that runs after a mapping. */
export const MappingScript = openObject({
  body: optionalText,
  mimeType: optionalText,
  level: optionalText,
  filterEmptyResponse: optional(Type.Union([Type.Boolean(), Type.Null()])),
  isLegacy: optional(
    Type.Union([Type.Boolean(), Type.Null()], {
      description: 'whether it returns what it made; where nothing is said, as its transformation says',
    }),
  ),
});
/** A script that runs after a mapping. */
export type MappingScript = Static<typeof MappingScript>;

/** Schema of a transformation. */
export const Transformation = openObject({
  objectName: optionalText,
  vendorName: optionalText,
  level: optionalText,
  isLegacy: optional(Type.Union([Type.Boolean(), Type.Null()])),
  fields: optional(Type.Union([Type.Array(TransformationField), Type.Null()])),
  configuration: Configurations,
  script: optional(Type.Union([MappingScript, Type.Null()])),
  scripts: optional(Type.Union([Type.Array(MappingScript), Type.Null()])),
});
/** How an object is found at one element. */
export type Transformation = Static<typeof Transformation>;
