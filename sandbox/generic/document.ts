// Reads an element document for the simulated vendor: whole, with the files beside it, and tolerantly, since a document that
// is tried out may still be wrong in places.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Compile } from 'typebox/compile';
import { isObject, parseJson, writeValue } from '../../src/core/http.ts';
import { type Definition, defineElement } from '../../src/element/define.ts';
import type { ElementDocument, Resource, Setting } from '../../src/element/definition.ts';
import { ElementExtension, ResourceExtension } from '../../src/element/extension.ts';
import { attachFiles } from '../../src/element/folder-files.ts';
import type { Hook, Parameter } from '../../src/element/parameter.ts';

const elementExtension = Compile(ElementExtension);
const resourceExtension = Compile(ResourceExtension);

/** A document that can be served, and what was left out of it. */
export interface ServedDocument {
  document: ElementDocument;
  /** one sentence for each part that was left out, with its reason */
  notes: string[];
}

/**
 * Reads `<file>.json` or `<folder>/element.json` with the scripts and models beside it. Throws an Error for a path that is
 * not there and for what is no JSON object.
 */
export function readElementFile(path: string): ServedDocument {
  if (!existsSync(path)) throw new Error(`${path} is not there: give a file or a folder that holds an element.json.`);
  const file = statSync(path).isDirectory() ? join(path, 'element.json') : path;
  if (!existsSync(file)) throw new Error(`${path} holds no element.json.`);
  const parsed = parseJson(readFileSync(file, 'utf8'));
  if (!isObject(parsed)) throw new Error(`${file} is no JSON object.`);
  const fallbackKey = basename(file === path ? file : dirname(file)).replace(/\.json$/, '');
  const tidy = tidyDocument(parsed, fallbackKey);
  return { ...tidy, document: attachFiles(tidy.document, dirname(file), tidy.notes) };
}

/** A document of which everything is left out that cannot be understood; what is left is safe to work with. Never throws. */
export function tidyDocument(value: unknown, fallbackKey: string): ServedDocument {
  const raw = isObject(value) ? value : {};
  const notes: string[] = [];
  const key = text(raw['key']) ?? fallbackKey;
  const authentication = isObject(raw['authentication']) ? raw['authentication'] : {};
  const document: ElementDocument = {
    ...raw,
    key,
    name: text(raw['name']) ?? key,
    hub: text(raw['hub']) ?? 'general',
    description: text(raw['description']) ?? '',
    authentication: { ...authentication, type: text(authentication['type']) ?? 'custom' },
    configuration: objects(raw['configuration']).flatMap(tidySetting),
    parameters: tidyParameters(raw['parameters']),
    hooks: tidyHooks(raw['hooks']),
  };
  delete document.resources;
  if (raw['valence'] !== undefined && !elementExtension.Check(raw['valence'])) {
    delete document.valence;
    notes.push('valence is left out: it has members that the schema does not know or allow.');
  }
  const resources = Array.isArray(raw['resources']) ? raw['resources'] : [];
  document.resources = resources.flatMap((resource: unknown, index): Resource[] => {
    const tidy = tidyResource(resource);
    if (tidy !== undefined && tidy.valence === undefined && isObject(resource) && resource['valence'] !== undefined) {
      notes.push(`resources[${index}].valence is left out: it has members that the schema does not know or allow.`);
    }
    if (tidy !== undefined) return [tidy];
    notes.push(`resources[${index}] is left out: it has no method and path that can be read.`);
    return [];
  });
  return { document, notes };
}

/** A document as the engine's own rules are asked about it. */
export function definitionOf(document: ElementDocument): Definition {
  return defineElement(document, document.id ?? 1, undefined);
}

/** Whether the vendor speaks http, soap or odata, as the original format says beside everything else. */
export function protocolOf(document: ElementDocument): string {
  const protocolType = 'protocolType' in document ? document.protocolType : undefined;
  return typeof protocolType === 'string' ? protocolType : 'http';
}

function tidySetting(setting: Record<string, unknown>): Setting[] {
  const key = text(setting['key']);
  if (key === undefined) return [];
  const { defaultValue } = setting;
  const known = defaultValue === undefined || defaultValue === null ? undefined : writeValue(defaultValue);
  const { defaultValue: _, ...rest } = setting;
  return [{ ...rest, key, ...(known === undefined ? {} : { defaultValue: known }) }];
}

function tidyResource(value: unknown): Resource | undefined {
  if (!isObject(value)) return undefined;
  const [method, path] = [text(value['method']), text(value['path'])];
  if (method === undefined || path === undefined) return undefined;
  const resource: Record<string, unknown> & Resource = { ...value, method, path };
  for (const name of [
    'vendorMethod',
    'vendorPath',
    'rootKey',
    'nextPageKey',
    'nextResource',
    'paginationType',
    'type',
  ]) {
    if (typeof resource[name] !== 'string') delete resource[name];
  }
  resource.parameters = tidyParameters(value['parameters']);
  resource.hooks = tidyHooks(value['hooks']);
  if (!resourceExtension.Check(value['valence'])) delete resource.valence;
  return resource;
}

function tidyParameters(value: unknown): Parameter[] {
  return objects(value).flatMap((parameter) => {
    const { name, type } = parameter;
    if (typeof name !== 'string' || typeof type !== 'string') return [];
    const tidy: Record<string, unknown> & Parameter = { ...parameter, name, type };
    for (const place of ['vendorName', 'vendorType', 'source', 'dataType', 'converter']) {
      if (typeof tidy[place] !== 'string') delete tidy[place];
    }
    return [tidy];
  });
}

function tidyHooks(value: unknown): Hook[] {
  return objects(value).flatMap((hook) => {
    const { type, body } = hook;
    if (typeof type !== 'string') return [];
    const { body: _, ...rest } = hook;
    return [{ ...rest, type, ...(typeof body === 'string' ? { body } : {}) }];
  });
}

function objects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
