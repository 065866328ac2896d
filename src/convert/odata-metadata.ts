// What an OData service's $metadata says, read: CSDL XML of OData 4 (OASIS, 4.01) and CSDL 1 to 3 of OData 2 and 3.

import { type Fault, type Notes, refusal } from './conversion.ts';
import { attributeOf, childNamed, childrenNamed, readXmlTree, type XmlElement } from './xml-tree.ts';

/** A property or a parameter of a function. */
export interface Property {
  name: string;
  /** the type of one value: `Edm.String`, or the qualified name of one of the service's types */
  type: string;
  isCollection: boolean;
  nullable: boolean;
  isReadOnly: boolean;
  maxLength: number | undefined;
  description: string | undefined;
}

/** A property that leads to other entities. */
export interface Navigation {
  name: string;
  /** the qualified name of the entity type */
  target: string;
  isCollection: boolean;
}

/** An entity type or a complex type, with what it inherits. */
export interface StructuredType {
  /** with its namespace */
  fullName: string;
  name: string;
  /** names of the properties of its key, in order; empty where it has none */
  keys: readonly string[];
  properties: readonly Property[];
  navigations: readonly Navigation[];
  hasStream: boolean;
  /** whether a property takes part in optimistic concurrency (OData 2 and 3) */
  hasVersion: boolean;
}

export interface EnumType {
  fullName: string;
  name: string;
  members: readonly string[];
}

/** What a set of entities allows; what is not said is allowed. */
export interface Capabilities {
  readable: boolean;
  insertable: boolean;
  updatable: boolean;
  deletable: boolean;
  filterable: boolean;
  sortable: boolean;
  expandable: boolean;
  countable: boolean;
  top: boolean;
  skip: boolean;
}

/** A set of entities, or one entity by name (a singleton). */
export interface EntitySet {
  name: string;
  type: StructuredType;
  isSingleton: boolean;
  capabilities: Capabilities;
  description: string | undefined;
  path: string;
}

/** A function or an action that is called by itself, not on an entity. */
export interface Operation {
  name: string;
  kind: 'function' | 'action';
  /** of OData 2 and 3, where the service says so */
  httpMethod: string | undefined;
  parameters: readonly Property[];
  returns: { type: string; isCollection: boolean } | undefined;
  path: string;
}

/** A service as its $metadata describes it. */
export interface Service {
  version: 2 | 3 | 4;
  /** a service of the SAP Gateway, whose writes need a token against forgery */
  isSap: boolean;
  namespace: string;
  /** the name of its container of sets */
  container: string;
  sets: readonly EntitySet[];
  operations: readonly Operation[];
  types: ReadonlyMap<string, StructuredType>;
  enums: ReadonlyMap<string, EnumType>;
}

const kind = 'OData';
const metadataNamespace = 'http://schemas.microsoft.com/ado/2007/08/dataservices/metadata';
const sapNamespace = 'http://www.sap.com/Protocols/SAPData';
const deepestInheritance = 50;

/**
 * Reads `$metadata`. Throws a Problem `badRequest` naming every fault for a text that is no EDMX, has no set of entities,
 * or whose sets have types that are not in it; what else is not understood is noted.
 */
export function readMetadata(text: string, notes: Notes): Service {
  if (text.trimStart().startsWith('{')) {
    throw refusal(kind, [
      { path: '', message: 'It is JSON; $metadata is read as XML: ask for it with Accept: application/xml.' },
    ]);
  }
  const root = readXmlTree(text, kind);
  if (root.local !== 'Edmx') {
    throw refusal(kind, [{ path: root.path, message: `The root element is ${root.local}, not Edmx of $metadata.` }]);
  }
  const services = childNamed(root, 'DataServices');
  const schemas = services === undefined ? [] : childrenNamed(services, 'Schema');
  if (services === undefined || schemas.length === 0) {
    throw refusal(kind, [{ path: root.path, message: 'There is no DataServices with a Schema in it.' }]);
  }
  return new MetadataReader(root, services, schemas, notes).read();
}

class MetadataReader {
  readonly #root: XmlElement;
  readonly #services: XmlElement;
  readonly #schemas: readonly XmlElement[];
  readonly #notes: Notes;
  readonly #faults: Fault[] = [];
  readonly #aliases = new Map<string, string>();
  /** elements that define something, by qualified name */
  readonly #definitions = new Map<string, XmlElement>();
  readonly #associations = new Map<string, XmlElement>();
  /** annotations that stand apart from what they are about, by their target */
  readonly #annotations = new Map<string, XmlElement[]>();
  readonly #types = new Map<string, StructuredType>();
  readonly #version: 2 | 3 | 4;

  constructor(root: XmlElement, services: XmlElement, schemas: readonly XmlElement[], notes: Notes) {
    this.#root = root;
    this.#services = services;
    this.#schemas = schemas;
    this.#notes = notes;
    this.#version = this.#readVersion();
    for (const schema of schemas) this.#index(schema);
  }

  read(): Service {
    const containers = this.#schemas.flatMap((schema) =>
      childrenNamed(schema, 'EntityContainer').map((container) => ({ schema, container })),
    );
    const [first] = containers;
    if (first === undefined) {
      throw refusal(kind, [{ path: this.#services.path, message: 'There is no EntityContainer, so no entities.' }]);
    }
    const sets = containers.flatMap(({ schema, container }) => this.#readSets(schema, container));
    const operations = containers.flatMap(({ container }) => this.#readImports(container));
    if (this.#faults.length > 0) throw refusal(kind, this.#faults);
    if (sets.length === 0) {
      throw refusal(kind, [{ path: first.container.path, message: 'It has no EntitySet and no Singleton.' }]);
    }
    for (const name of this.#definitions.keys()) this.#typeOf(name);
    this.#noteBound();
    return {
      version: this.#version,
      isSap: Object.values(this.#schemas[0]?.scope ?? {}).includes(sapNamespace),
      namespace: attributeOf(first.schema, 'Namespace') ?? '',
      container: attributeOf(first.container, 'Name') ?? '',
      sets,
      operations,
      types: this.#types,
      enums: this.#readEnums(),
    };
  }

  #readVersion(): 2 | 3 | 4 {
    const said = attributeOf(this.#root, 'Version') ?? '';
    if (said.startsWith('4')) return 4;
    const service = attributeOf(this.#services, 'DataServiceVersion', metadataNamespace) ?? '';
    return service.startsWith('3') ? 3 : 2;
  }

  #index(schema: XmlElement): void {
    const namespace = attributeOf(schema, 'Namespace') ?? '';
    const alias = attributeOf(schema, 'Alias');
    if (alias !== undefined) this.#aliases.set(alias, namespace);
    for (const child of schema.children) {
      const name = `${namespace}.${attributeOf(child, 'Name') ?? ''}`;
      if (['EntityType', 'ComplexType', 'EnumType', 'TypeDefinition'].includes(child.local)) {
        this.#definitions.set(name, child);
      } else if (child.local === 'Association') this.#associations.set(name, child);
      else if (child.local === 'Annotations') {
        const target = attributeOf(child, 'Target') ?? '';
        this.#annotations.set(target, [...(this.#annotations.get(target) ?? []), ...child.children]);
      }
    }
  }

  /** A type's name with its namespace in place of an alias, and whether it is a collection of them. */
  #typeName(written: string): { type: string; isCollection: boolean } {
    const inner = /^Collection\((.*)\)$/.exec(written.trim())?.[1];
    const name = (inner ?? written).trim();
    const dot = name.lastIndexOf('.');
    const namespace = this.#aliases.get(name.slice(0, Math.max(0, dot)));
    const full = namespace === undefined ? name : `${namespace}.${name.slice(dot + 1)}`;
    const definition = this.#definitions.get(full);
    const underlying = definition?.local === 'TypeDefinition' ? attributeOf(definition, 'UnderlyingType') : undefined;
    return { type: underlying ?? full, isCollection: inner !== undefined };
  }

  #typeOf(fullName: string): StructuredType | undefined {
    const known = this.#types.get(fullName);
    if (known !== undefined) return known;
    const definition = this.#definitions.get(fullName);
    if (definition === undefined || !['EntityType', 'ComplexType'].includes(definition.local)) return undefined;
    const type = this.#structure(fullName, this.#lineOf(fullName, definition));
    this.#types.set(fullName, type);
    return type;
  }

  /** The definitions of a type and of those that it inherits from, the outermost base first. */
  #lineOf(fullName: string, definition: XmlElement): XmlElement[] {
    const line = [definition];
    const seen = new Set([fullName]);
    for (let base = attributeOf(definition, 'BaseType'); base !== undefined; ) {
      const { type } = this.#typeName(base);
      const found = this.#definitions.get(type);
      if (seen.has(type) || line.length > deepestInheritance) {
        this.#notes.add(definition.path, `${fullName} inherits from itself (${type}); what it repeats is left out.`);
        break;
      }
      if (found === undefined) {
        this.#notes.add(definition.path, `Its base type ${type} is not in the description, so what it has is unknown.`);
        break;
      }
      seen.add(type);
      line.unshift(found);
      base = attributeOf(found, 'BaseType');
    }
    return line;
  }

  #structure(fullName: string, line: readonly XmlElement[]): StructuredType {
    const properties = line.flatMap((one) => childrenNamed(one, 'Property').map((child) => this.#property(child)));
    const key = line.map((one) => childNamed(one, 'Key')).findLast((found) => found !== undefined);
    const keys = (key === undefined ? [] : childrenNamed(key, 'PropertyRef')).map(
      (reference) => attributeOf(reference, 'Name') ?? '',
    );
    const isPlain = keys.every((name) => properties.some((property) => property.name === name));
    const [own] = line.slice(-1);
    if (!isPlain && own !== undefined) {
      this.#notes.add(
        own.path,
        `The key of ${fullName} lies in another entity or is unknown; it is read as having none.`,
      );
    }
    return {
      fullName,
      name: fullName.slice(fullName.lastIndexOf('.') + 1),
      keys: isPlain ? keys : [],
      properties,
      navigations: line.flatMap((one) => childrenNamed(one, 'NavigationProperty').flatMap((n) => this.#navigation(n))),
      hasStream: line.some(
        (one) =>
          attributeOf(one, 'HasStream') === 'true' || attributeOf(one, 'HasStream', metadataNamespace) === 'true',
      ),
      hasVersion: line.some((one) =>
        childrenNamed(one, 'Property').some((child) => attributeOf(child, 'ConcurrencyMode') === 'Fixed'),
      ),
    };
  }

  #property(element: XmlElement): Property {
    const maxLength = Number(attributeOf(element, 'MaxLength') ?? Number.NaN);
    return {
      name: attributeOf(element, 'Name') ?? '',
      ...this.#typeName(attributeOf(element, 'Type') ?? 'Edm.String'),
      nullable: attributeOf(element, 'Nullable') !== 'false',
      isReadOnly: this.#flag(childrenNamed(element, 'Annotation'), 'Computed', undefined) === true,
      maxLength: Number.isInteger(maxLength) && maxLength > 0 ? maxLength : undefined,
      description: this.#describe(element) ?? attributeOf(element, 'label', sapNamespace),
    };
  }

  #navigation(element: XmlElement): Navigation[] {
    const name = attributeOf(element, 'Name') ?? '';
    const written = attributeOf(element, 'Type');
    if (written !== undefined) {
      const { type, isCollection } = this.#typeName(written);
      return [{ name, target: type, isCollection }];
    }
    const association = this.#associations.get(this.#typeName(attributeOf(element, 'Relationship') ?? '').type);
    const role = attributeOf(element, 'ToRole');
    const end =
      association === undefined
        ? undefined
        : childrenNamed(association, 'End').find((one) => attributeOf(one, 'Role') === role);
    if (end === undefined) {
      this.#notes.add(element.path, `Where ${name} leads to is not in the description; it is left out.`);
      return [];
    }
    const { type } = this.#typeName(attributeOf(end, 'Type') ?? '');
    return [{ name, target: type, isCollection: attributeOf(end, 'Multiplicity') === '*' }];
  }

  #readEnums(): Map<string, EnumType> {
    const enums = new Map<string, EnumType>();
    for (const [fullName, definition] of this.#definitions) {
      if (definition.local !== 'EnumType') continue;
      const members = childrenNamed(definition, 'Member').map((member) => attributeOf(member, 'Name') ?? '');
      enums.set(fullName, { fullName, name: fullName.slice(fullName.lastIndexOf('.') + 1), members });
    }
    return enums;
  }

  #readSets(schema: XmlElement, container: XmlElement): EntitySet[] {
    const scope = `${attributeOf(schema, 'Namespace') ?? ''}.${attributeOf(container, 'Name') ?? ''}`;
    return container.children.flatMap((element) => {
      const isSingleton = element.local === 'Singleton';
      if (element.local !== 'EntitySet' && !isSingleton) return [];
      const name = attributeOf(element, 'Name') ?? '';
      const { type: typeName } = this.#typeName(attributeOf(element, isSingleton ? 'Type' : 'EntityType') ?? '');
      const type = this.#typeOf(typeName);
      if (name === '' || type === undefined) {
        this.#faults.push({
          path: element.path,
          message:
            name === ''
              ? `The ${element.local} has no Name.`
              : `${name} has the entity type "${typeName}", which the description does not define; descriptions of other documents (edmx:Reference) are not fetched.`,
        });
        return [];
      }
      const annotations = [...childrenNamed(element, 'Annotation'), ...this.#annotationsOf(`${scope}/${name}`)];
      const capabilities = this.#capabilities(element, annotations);
      return [{ name, type, isSingleton, capabilities, description: this.#describe(element), path: element.path }];
    });
  }

  /** A target may be written with an alias. */
  #annotationsOf(target: string): XmlElement[] {
    return [...this.#annotations].flatMap(([written, annotations]) => {
      const slash = written.indexOf('/');
      const path = slash < 0 ? '' : written.slice(slash);
      return this.#typeName(slash < 0 ? written : written.slice(0, slash)).type + path === target ? annotations : [];
    });
  }

  #capabilities(element: XmlElement, annotations: readonly XmlElement[]): Capabilities {
    const says = (term: string, property: string | undefined, sap: string | undefined) => {
      const own = sap === undefined ? undefined : attributeOf(element, sap, sapNamespace);
      return this.#flag(annotations, term, property) !== false && own !== 'false';
    };
    const sapPages = attributeOf(element, 'pageable', sapNamespace) !== 'false';
    return {
      readable: says('ReadRestrictions', 'Readable', 'addressable'),
      insertable: says('InsertRestrictions', 'Insertable', 'creatable'),
      updatable: says('UpdateRestrictions', 'Updatable', 'updatable'),
      deletable: says('DeleteRestrictions', 'Deletable', 'deletable'),
      filterable: says('FilterRestrictions', 'Filterable', undefined),
      sortable: says('SortRestrictions', 'Sortable', undefined),
      expandable: says('ExpandRestrictions', 'Expandable', undefined),
      countable: says('CountRestrictions', 'Countable', 'countable'),
      top: says('TopSupported', undefined, undefined) && sapPages,
      skip: says('SkipSupported', undefined, undefined) && sapPages,
    };
  }

  /** What an annotation says of a term, or of a property of its record; a term that only stands there says true. */
  #flag(annotations: readonly XmlElement[], term: string, property: string | undefined): boolean | undefined {
    const found = annotations.find((one) => (attributeOf(one, 'Term') ?? '').split('.').at(-1) === term);
    if (found === undefined) return undefined;
    if (property === undefined) return boolOf(found) ?? true;
    const record = childNamed(found, 'Record');
    const value = (record === undefined ? [] : childrenNamed(record, 'PropertyValue')).find(
      (one) => attributeOf(one, 'Property') === property,
    );
    return value === undefined ? undefined : boolOf(value);
  }

  #describe(element: XmlElement): string | undefined {
    const found = childrenNamed(element, 'Annotation').find((one) =>
      /(^|\.)(Description|LongDescription)$/.test(attributeOf(one, 'Term') ?? ''),
    );
    const text = found === undefined ? undefined : (attributeOf(found, 'String') ?? childNamed(found, 'String')?.text);
    const summary = childNamed(element, 'Documentation');
    return text ?? (summary === undefined ? undefined : childNamed(summary, 'Summary')?.text);
  }

  #readImports(container: XmlElement): Operation[] {
    return container.children.flatMap((element): Operation[] => {
      const name = attributeOf(element, 'Name') ?? '';
      if (element.local !== 'FunctionImport' && element.local !== 'ActionImport') return [];
      if (this.#version !== 4) {
        const returned = attributeOf(element, 'ReturnType');
        return [
          {
            name,
            kind: 'function',
            httpMethod: attributeOf(element, 'HttpMethod', metadataNamespace)?.toUpperCase(),
            parameters: childrenNamed(element, 'Parameter').map((parameter) => this.#property(parameter)),
            returns: returned === undefined ? undefined : this.#typeName(returned),
            path: element.path,
          },
        ];
      }
      const isFunction = element.local === 'FunctionImport';
      const { type } = this.#typeName(attributeOf(element, isFunction ? 'Function' : 'Action') ?? '');
      const overloads = this.#operationsNamed(type, isFunction ? 'Function' : 'Action');
      const [definition] = overloads;
      if (definition === undefined) {
        this.#notes.add(element.path, `${name} calls ${type}, which the description does not define; it is left out.`);
        return [];
      }
      if (overloads.length > 1) {
        this.#notes.add(element.path, `${name} has ${overloads.length} forms; the first is converted.`);
      }
      const returned = childNamed(definition, 'ReturnType');
      return [
        {
          name,
          kind: isFunction ? 'function' : 'action',
          httpMethod: undefined,
          parameters: childrenNamed(definition, 'Parameter').map((parameter) => this.#property(parameter)),
          returns: returned === undefined ? undefined : this.#typeName(attributeOf(returned, 'Type') ?? ''),
          path: element.path,
        },
      ];
    });
  }

  /** The forms of an unbound function or action. */
  #operationsNamed(fullName: string, local: string): XmlElement[] {
    return this.#schemas.flatMap((schema) =>
      childrenNamed(schema, local).filter(
        (one) =>
          `${attributeOf(schema, 'Namespace') ?? ''}.${attributeOf(one, 'Name') ?? ''}` === fullName &&
          attributeOf(one, 'IsBound') !== 'true',
      ),
    );
  }

  #noteBound(): void {
    for (const schema of this.#schemas) {
      for (const element of schema.children) {
        if (element.local !== 'Function' && element.local !== 'Action') continue;
        if (attributeOf(element, 'IsBound') !== 'true') continue;
        const name = attributeOf(element, 'Name') ?? '';
        this.#notes.add(
          element.path,
          `The ${element.local.toLowerCase()} ${name} is called on an entity; it is left out.`,
        );
      }
    }
  }
}

function boolOf(element: XmlElement): boolean | undefined {
  const said = attributeOf(element, 'Bool') ?? childNamed(element, 'Bool')?.text;
  return said === undefined ? undefined : said === 'true';
}
