// Definitions and transformations as the API has them. Members that the console does not know are kept as they are.

/** Where something is said, the more specific ones later; `system` came with the server. */
export const levels = ['system', 'organization', 'account', 'instance'] as const;
export type Level = (typeof levels)[number];
/** A level at which somebody can say something. */
export type OwnLevel = Exclude<Level, 'system'>;

/** What levels are called. */
export const levelNames: Record<Level, string> = {
  system: 'Ready-made',
  organization: 'Organization',
  account: 'Account',
  instance: 'This connected account',
};

export interface Configuration {
  type: string;
  properties?: Record<string, unknown> | null;
}

export interface DefinitionField {
  path: string;
  type?: string | null;
  associatedLevel?: Level;
  [member: string]: unknown;
}

export interface Definition {
  fields?: DefinitionField[] | null;
  [member: string]: unknown;
}

export interface MappingField {
  path?: string | null;
  vendorPath?: string | null;
  vendorType?: string | null;
  configuration?: Configuration[] | null;
  associatedLevel?: Level;
  [member: string]: unknown;
}

export interface Script {
  body?: string | null;
  mimeType?: string | null;
  filterEmptyResponse?: boolean | null;
  [member: string]: unknown;
}

export interface Transformation {
  vendorName?: string | null;
  fields?: MappingField[] | null;
  configuration?: Configuration[] | null;
  script?: Script | null;
  scripts?: Script[] | null;
  isLegacy?: boolean | null;
  [member: string]: unknown;
}

/** The entry of a type, if there is one. */
export function entryOf(entries: Configuration[] | null | undefined, type: string): Configuration | undefined {
  return entries?.findLast((entry) => entry.type === type);
}

/** The same entries with one of a type replaced; without it when `properties` is undefined. */
export function withEntry(
  entries: Configuration[] | null | undefined,
  type: string,
  properties: Record<string, unknown> | undefined,
): Configuration[] {
  const others = (entries ?? []).filter((entry) => entry.type !== type);
  if (properties === undefined) return others;
  return [...others, Object.keys(properties).length === 0 ? { type } : { type, properties }];
}

/** The scripts of a transformation; a single one may stand in either place. */
export function scriptsOf({ script, scripts }: Transformation): Script[] {
  if (scripts && scripts.length > 0) return scripts;
  return script ? [script] : [];
}
