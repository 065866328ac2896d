// XML Schema 1.0 as far as messages are made of it: which elements and attributes a type has, in which order, how often,
// and as JSON schemas. Types are read when they are asked for, so that one may contain itself.

import { type Notes, shorten } from './conversion.ts';
import type { JsonSchema } from './models.ts';
import { freeName } from './names.ts';
import {
  attributeOf,
  childNamed,
  childrenNamed,
  keyOf,
  type QName,
  qualifiedName,
  type XmlElement,
} from './xml-tree.ts';

export const schemaNamespace = 'http://www.w3.org/2001/XMLSchema';

/** How a text is read: as it is, or as a number or a truth. */
export type Scalar = 'string' | 'integer' | 'number' | 'boolean';

/** A type whose values are texts. */
export interface SimpleType {
  kind: 'simple';
  scalar: Scalar;
  schema: JsonSchema;
}

/** A type whose values have members. */
export interface ComplexType {
  kind: 'complex';
  /** the name of its schema among the definitions; no other type has it */
  name: string;
  members: readonly Member[];
  /** whether it may hold elements that the schema does not name */
  isOpen: boolean;
}

/** Anything, such as `xsd:anyType` or a type that is not in the description. */
export interface AnyType {
  kind: 'any';
}

export type SchemaType = SimpleType | ComplexType | AnyType;

/** An element or an attribute of a type, or its text (`#text`). */
export interface Member {
  kind: 'element' | 'attribute' | 'text';
  name: string;
  /** '' for what stands without a namespace */
  namespace: string;
  readonly type: SchemaType;
  required: boolean;
  isRepeated: boolean;
  isNillable: boolean;
  description: string | undefined;
}

/** The schemas of a description. */
export interface XmlSchemas {
  /** A global element, or undefined. */
  element(name: QName): Member | undefined;
  /** A type; one that is not there is anything, which is noted at `asking`. */
  type(name: QName, asking: XmlElement): SchemaType;
  /** The JSON schema of a type; complex ones are references. */
  schemaOf(type: SchemaType): JsonSchema;
  /** The JSON schemas that references lead to, of all types that were asked for. */
  definitions: ReadonlyMap<string, JsonSchema>;
  /** A complex type of the given members, such as the parts of a message. */
  compose(name: string, members: readonly Member[]): ComplexType;
}

const deepestGroups = 20;

/** Reads schemas (`xsd:schema` elements). Nothing is fetched: what an import or include would bring is noted when missed. */
export function readSchemas(schemas: readonly XmlElement[], notes: Notes): XmlSchemas {
  return new SchemaReader(schemas, notes);
}

/** Where a definition stands. */
interface Place {
  element: XmlElement;
  /** the target namespace */
  namespace: string;
  qualifiesElements: boolean;
  qualifiesAttributes: boolean;
}

class SchemaReader implements XmlSchemas {
  readonly definitions = new Map<string, JsonSchema>();
  readonly #notes: Notes;
  readonly #global = {
    element: new Map<string, Place>(),
    attribute: new Map<string, Place>(),
    complexType: new Map<string, Place>(),
    simpleType: new Map<string, Place>(),
    group: new Map<string, Place>(),
    attributeGroup: new Map<string, Place>(),
  };
  readonly #types = new Map<XmlElement, SchemaType>();
  readonly #names = new Set<string>();
  /** types whose members are being read */
  readonly #reading = new Set<XmlElement>();
  readonly #missed = new Set<string>();

  constructor(schemas: readonly XmlElement[], notes: Notes) {
    this.#notes = notes;
    for (const schema of schemas) {
      const place = {
        namespace: attributeOf(schema, 'targetNamespace') ?? '',
        qualifiesElements: attributeOf(schema, 'elementFormDefault') === 'qualified',
        qualifiesAttributes: attributeOf(schema, 'attributeFormDefault') === 'qualified',
      };
      for (const element of schema.children) {
        const map: unknown = Reflect.get(this.#global, element.local);
        const name = attributeOf(element, 'name');
        if (map instanceof Map && name !== undefined) {
          map.set(keyOf({ namespace: place.namespace, local: name }), { ...place, element });
        } else if (element.local === 'import' || element.local === 'include' || element.local === 'redefine') {
          const location = attributeOf(element, 'schemaLocation');
          if (location !== undefined) {
            notes.add(
              element.path,
              `The schema ${location} is not fetched; what it defines is known only if it is here, too.`,
            );
          }
        }
      }
    }
  }

  element(name: QName): Member | undefined {
    const place = this.#global.element.get(keyOf(name));
    return place === undefined ? undefined : this.#elementMember(place.element, place, name.namespace, true);
  }

  type(name: QName, asking: XmlElement): SchemaType {
    if (name.namespace === schemaNamespace) return builtIn(name.local);
    const complex = this.#global.complexType.get(keyOf(name));
    if (complex !== undefined) return this.#complexType(complex, name.local);
    const simple = this.#global.simpleType.get(keyOf(name));
    if (simple !== undefined) return this.#simpleType(simple, deepestGroups);
    if (!this.#missed.has(keyOf(name))) {
      this.#missed.add(keyOf(name));
      this.#notes.add(asking.path, `The type ${keyOf(name)} is not in the description; it is taken for anything.`);
    }
    return { kind: 'any' };
  }

  compose(name: string, members: readonly Member[]): ComplexType {
    return { kind: 'complex', name: freeName(name, this.#names), members, isOpen: false };
  }

  schemaOf(type: SchemaType): JsonSchema {
    if (type.kind === 'simple') return type.schema;
    if (type.kind === 'any') return { type: 'object' };
    if (!this.definitions.has(type.name)) {
      // Its own members may lead back to it.
      this.definitions.set(type.name, {});
      const properties: Record<string, JsonSchema> = Object.create(null);
      for (const member of type.members) properties[member.name] = this.#propertyOf(member);
      const required = type.members.filter((member) => member.required && !member.isRepeated).map(({ name }) => name);
      this.definitions.set(type.name, {
        type: 'object',
        properties,
        ...(required.length === 0 ? {} : { required: [...new Set(required)] }),
      });
    }
    return { $ref: `#/definitions/${type.name}` };
  }

  #propertyOf({ type, isRepeated, description }: Member): JsonSchema {
    const one = this.schemaOf(type);
    const said = description === undefined ? {} : { description: shorten(description, 300) };
    if (isRepeated) return { type: 'array', items: one, ...said };
    return type.kind === 'complex' ? one : { ...one, ...said };
  }

  #complexType(place: Place, name: string): SchemaType {
    const known = this.#types.get(place.element);
    if (known !== undefined) return known;
    const simple = childNamed(place.element, 'simpleContent');
    const derived = simple?.children.find(({ local }) => local === 'extension' || local === 'restriction');
    const attributes = derived === undefined ? [] : attributeElements(derived);
    if (derived !== undefined && attributes.length === 0) {
      const base = this.type(qualifiedName(derived, attributeOf(derived, 'base') ?? ''), derived);
      this.#types.set(place.element, base);
      return base;
    }
    const read = () => this.#contentOf(place);
    let content: { members: readonly Member[]; isOpen: boolean } | undefined;
    const type: ComplexType = {
      kind: 'complex',
      name: freeName(name, this.#names),
      get members() {
        content ??= read();
        return content.members;
      },
      get isOpen() {
        content ??= read();
        return content.isOpen;
      },
    };
    this.#types.set(place.element, type);
    return type;
  }

  #contentOf(place: Place): { members: Member[]; isOpen: boolean } {
    const { element } = place;
    if (this.#reading.has(element)) {
      this.#notes.add(element.path, 'This type is derived from itself; what it repeats is left out.');
      return { members: [], isOpen: false };
    }
    this.#reading.add(element);
    try {
      return this.#read(place);
    } finally {
      this.#reading.delete(element);
    }
  }

  #read(place: Place): { members: Member[]; isOpen: boolean } {
    const { element } = place;
    const content = childNamed(element, 'complexContent') ?? childNamed(element, 'simpleContent');
    const derived = content?.children.find(({ local }) => local === 'extension' || local === 'restriction');
    if (derived === undefined) return withoutRepeats(this.#particles(element, place, true, false, deepestGroups));
    const own = this.#particles(derived, place, true, false, deepestGroups);
    const baseName = qualifiedName(derived, attributeOf(derived, 'base') ?? '');
    if (baseName.local === 'Array' && derived.local === 'restriction') return this.#encodedArray(derived, own);
    const base = this.type(baseName, derived);
    if (base.kind === 'simple') {
      const text: Member = { ...blank, kind: 'text', name: '#text', namespace: '', type: base, required: true };
      return withoutRepeats({ members: [...own.members, text], isOpen: own.isOpen });
    }
    // A restriction repeats the elements that it keeps, not the attributes.
    const inherited =
      base.kind !== 'complex'
        ? []
        : derived.local === 'restriction'
          ? base.members.filter(({ kind }) => kind === 'attribute')
          : base.members;
    return withoutRepeats({
      members: [...inherited, ...own.members],
      isOpen: own.isOpen || (base.kind === 'complex' ? base.isOpen : base.kind === 'any'),
    });
  }

  /** Arrays of SOAP encoding say in `wsdl:arrayType` what they are of. */
  #encodedArray(derived: XmlElement, own: { members: Member[] }): { members: Member[]; isOpen: boolean } {
    const said = attributeElements(derived)
      .map((one) => attributeOf(one, 'arrayType', 'http://schemas.xmlsoap.org/wsdl/'))
      .find((name) => name !== undefined);
    if (said === undefined || own.members.length > 0) return { members: own.members, isOpen: said === undefined };
    const type = () => this.type(qualifiedName(derived, said.replace(/(\[[\d,]*\])+$/, '')), derived);
    const item = lazily({ ...blank, kind: 'element', name: 'item', namespace: '', isRepeated: true }, type);
    return { members: [item], isOpen: false };
  }

  /** What stands in a type, a group, a sequence, a choice or a set of all. */
  #particles(
    holder: XmlElement,
    place: Place,
    isRequired: boolean,
    isRepeated: boolean,
    depth: number,
  ): { members: Member[]; isOpen: boolean } {
    const found: { members: Member[]; isOpen: boolean } = { members: [], isOpen: false };
    if (depth === 0) return found;
    const add = (more: { members: readonly Member[]; isOpen: boolean }) => {
      found.members.push(...more.members);
      found.isOpen ||= more.isOpen;
    };
    for (const child of holder.children) {
      const required = isRequired && attributeOf(child, 'minOccurs') !== '0';
      const repeated = isRepeated || isMany(attributeOf(child, 'maxOccurs'));
      switch (child.local) {
        case 'sequence':
        case 'all':
          add(this.#particles(child, place, required, repeated, depth - 1));
          break;
        case 'choice':
          add(this.#particles(child, place, false, repeated, depth - 1));
          break;
        case 'group': {
          const group = this.#referred('group', child);
          if (group !== undefined) add(this.#particles(group.element, group, required, repeated, depth - 1));
          break;
        }
        case 'element': {
          const member = this.#elementIn(child, place);
          if (member !== undefined) {
            const isMember = { required, isRepeated: repeated };
            found.members.push(lazily({ ...plain(member), ...isMember }, () => member.type));
          }
          break;
        }
        case 'attribute': {
          const member = this.#attributeIn(child, place);
          if (member !== undefined) found.members.push(member);
          break;
        }
        case 'attributeGroup': {
          const group = this.#referred('attributeGroup', child);
          if (group !== undefined) add(this.#particles(group.element, group, isRequired, false, depth - 1));
          break;
        }
        case 'any':
        case 'anyAttribute':
          found.isOpen = true;
          break;
      }
    }
    return found;
  }

  #referred(kind: 'group' | 'attributeGroup', element: XmlElement): Place | undefined {
    const reference = attributeOf(element, 'ref');
    if (reference === undefined) return undefined;
    const found = this.#global[kind].get(keyOf(qualifiedName(element, reference)));
    if (found === undefined)
      this.#notes.add(element.path, `The ${kind} ${reference} is not in the description; left out.`);
    return found;
  }

  #elementIn(element: XmlElement, place: Place): Member | undefined {
    const reference = attributeOf(element, 'ref');
    if (reference === undefined) {
      const form = attributeOf(element, 'form');
      const isQualified = form === undefined ? place.qualifiesElements : form === 'qualified';
      return this.#elementMember(element, place, isQualified ? place.namespace : '', false);
    }
    const name = qualifiedName(element, reference);
    const found = this.element(name);
    if (found === undefined) {
      // The schema of schemas itself is how some servers say "any table".
      if (name.namespace !== schemaNamespace) {
        this.#notes.add(element.path, `The element ${reference} is not in the description; it is left out.`);
      }
      return undefined;
    }
    return found;
  }

  #elementMember(element: XmlElement, place: Place, namespace: string, isGlobal: boolean): Member {
    const name = attributeOf(element, 'name') ?? '';
    return lazily(
      {
        ...blank,
        kind: 'element',
        name,
        namespace,
        required: isGlobal,
        isNillable: attributeOf(element, 'nillable') === 'true',
        description: documentationOf(element),
      },
      () => this.#typeOfElement(element, place, name),
    );
  }

  #typeOfElement(element: XmlElement, place: Place, name: string): SchemaType {
    const named = attributeOf(element, 'type');
    if (named !== undefined) return this.type(qualifiedName(element, named), element);
    const complex = childNamed(element, 'complexType');
    if (complex !== undefined) return this.#complexType({ ...place, element: complex }, name);
    const simple = childNamed(element, 'simpleType');
    if (simple !== undefined) return this.#simpleType({ ...place, element: simple }, deepestGroups);
    const head = attributeOf(element, 'substitutionGroup');
    const other = head === undefined ? undefined : this.#global.element.get(keyOf(qualifiedName(element, head)));
    if (other === undefined || other.element === element || attributeOf(other.element, 'type') === undefined) {
      return { kind: 'any' };
    }
    return this.#typeOfElement(other.element, other, name);
  }

  #attributeIn(element: XmlElement, place: Place): Member | undefined {
    if (attributeOf(element, 'use') === 'prohibited') return undefined;
    const reference = attributeOf(element, 'ref');
    const required = attributeOf(element, 'use') === 'required';
    if (reference !== undefined) {
      const name = qualifiedName(element, reference);
      const found = this.#global.attribute.get(keyOf(name));
      if (found === undefined) return undefined;
      const type = this.#attributeType(found.element, found);
      return { ...blank, kind: 'attribute', name: `@${name.local}`, namespace: name.namespace, type, required };
    }
    const form = attributeOf(element, 'form');
    const isQualified = form === undefined ? place.qualifiesAttributes : form === 'qualified';
    return {
      ...blank,
      kind: 'attribute',
      name: `@${attributeOf(element, 'name') ?? ''}`,
      namespace: isQualified ? place.namespace : '',
      type: this.#attributeType(element, place),
      required,
      description: documentationOf(element),
    };
  }

  #attributeType(element: XmlElement, place: Place): SchemaType {
    const named = attributeOf(element, 'type');
    if (named !== undefined) return this.type(qualifiedName(element, named), element);
    const simple = childNamed(element, 'simpleType');
    return simple === undefined ? builtIn('string') : this.#simpleType({ ...place, element: simple }, deepestGroups);
  }

  #simpleType(place: Place, depth: number): SchemaType {
    const restriction = childNamed(place.element, 'restriction');
    if (restriction === undefined || depth === 0) return builtIn('string');
    const base = this.#baseOf(restriction, place, depth - 1);
    if (base.kind !== 'simple') return base;
    const values = childrenNamed(restriction, 'enumeration').map((one) => attributeOf(one, 'value') ?? '');
    const length = Number(attributeOf(childNamed(restriction, 'maxLength') ?? restriction, 'value') ?? Number.NaN);
    const isText = base.scalar === 'string';
    return {
      ...base,
      schema: {
        ...base.schema,
        ...(values.length > 0 && isText ? { enum: values } : {}),
        ...(Number.isInteger(length) && isText ? { maxLength: length } : {}),
      },
    };
  }

  #baseOf(restriction: XmlElement, place: Place, depth: number): SchemaType {
    const inner = childNamed(restriction, 'simpleType');
    if (inner !== undefined) return this.#simpleType({ ...place, element: inner }, depth);
    const name = qualifiedName(restriction, attributeOf(restriction, 'base') ?? '');
    if (name.namespace === schemaNamespace) return builtIn(name.local);
    const found = this.#global.simpleType.get(keyOf(name));
    return found === undefined ? builtIn('string') : this.#simpleType(found, depth);
  }
}

const blank = { required: false, isRepeated: false, isNillable: false, description: undefined };

/** A member whose type is read when it is asked for. */
function lazily(member: Omit<Member, 'type'>, read: () => SchemaType): Member {
  let type: SchemaType | undefined;
  return {
    ...member,
    get type() {
      type ??= read();
      return type;
    },
  };
}

/** A member without its type, which is not read yet. */
function plain({ kind, name, namespace, required, isRepeated, isNillable, description }: Member): Omit<Member, 'type'> {
  return { kind, name, namespace, required, isRepeated, isNillable, description };
}

function isMany(maxOccurs: string | undefined): boolean {
  return maxOccurs !== undefined && maxOccurs !== '0' && maxOccurs !== '1';
}

/** Whether a text can be the name of an element (NCName, Namespaces in XML 1.0). */
export function isXmlName(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}\p{M}._·-]*$/u.test(text) && text !== '__proto__';
}

/** An element that stands in two branches of a choice, or before and behind another, is one member that may be repeated. */
function withoutRepeats({ members, isOpen }: { members: readonly Member[]; isOpen: boolean }): {
  members: Member[];
  isOpen: boolean;
} {
  const byName = new Map<string, Member>();
  for (const member of members) {
    if (isXmlName(member.name.replace(/^[@#]/, '')) && !byName.has(member.name)) byName.set(member.name, member);
  }
  return { members: [...byName.values()], isOpen };
}

function attributeElements(element: XmlElement): XmlElement[] {
  return element.children.filter(({ local }) => local === 'attribute' || local === 'attributeGroup');
}

/** What the annotation of an element says. */
function documentationOf(element: XmlElement): string | undefined {
  const annotation = childNamed(element, 'annotation');
  const text = annotation === undefined ? '' : (childNamed(annotation, 'documentation')?.text ?? '');
  return text === '' ? undefined : text;
}

const integers = new Set([
  ...['integer', 'int', 'long', 'short', 'byte', 'nonNegativeInteger', 'positiveInteger', 'nonPositiveInteger'],
  ...['negativeInteger', 'unsignedInt', 'unsignedLong', 'unsignedShort', 'unsignedByte'],
]);

/** The types of XML Schema itself (part 2). */
function builtIn(local: string): SchemaType {
  const simple = (scalar: Scalar, format?: string): SimpleType => ({
    kind: 'simple',
    scalar,
    schema: format === undefined ? { type: scalar } : { type: scalar, format },
  });
  if (local === 'anyType') return { kind: 'any' };
  if (local === 'int') return simple('integer', 'int32');
  if (local === 'long') return simple('integer', 'int64');
  if (integers.has(local)) return simple('integer');
  if (local === 'decimal') return simple('number');
  if (local === 'float' || local === 'double') return simple('number', local);
  if (local === 'boolean') return simple('boolean');
  if (local === 'date') return simple('string', 'date');
  if (local === 'dateTime') return simple('string', 'date-time');
  if (local === 'base64Binary') return simple('string', 'byte');
  return simple('string');
}
