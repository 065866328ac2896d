// What a WSDL 1.1 description says, read: its operations over SOAP, what their messages hold, and how callers sign in.
// W3C notes WSDL 1.1 and "WSDL 1.1 Binding Extension for SOAP 1.2"; WS-SecurityPolicy 1.2.

import { type Fault, type Notes, refusal } from './conversion.ts';
import {
  isXmlName,
  type Member,
  readSchemas,
  type SchemaType,
  schemaNamespace,
  type XmlSchemas,
} from './xml-schema.ts';
import {
  attributeOf,
  childNamed,
  childrenNamed,
  keyOf,
  qualifiedName,
  readXmlTree,
  type XmlElement,
} from './xml-tree.ts';

/** An operation that SOAP messages call. */
export interface SoapOperation {
  name: string;
  version: '1.1' | '1.2';
  action: string;
  /** where it is sent to; undefined where the description has no address */
  address: string | undefined;
  /** the element in the Body of the request, with what is in it */
  input: Member;
  /** the same of the answer; undefined when nothing is answered */
  output: Member | undefined;
  /** elements in the Header of the request */
  headers: readonly Member[];
  description: string | undefined;
  path: string;
}

/** How callers sign in, as far as policies say. */
export type Security = 'usernameToken' | 'basic' | undefined;

export interface WsdlDescription {
  name: string;
  description: string | undefined;
  operations: readonly SoapOperation[];
  schemas: XmlSchemas;
  security: Security;
}

const kind = 'WSDL';
const wsdl = 'http://schemas.xmlsoap.org/wsdl/';
const soapNamespaces = new Map<string, '1.1' | '1.2'>([
  ['http://schemas.xmlsoap.org/wsdl/soap/', '1.1'],
  ['http://schemas.xmlsoap.org/wsdl/soap12/', '1.2'],
]);

/**
 * Reads a description. Throws a Problem `badRequest` naming every fault: no WSDL 1.1, no service over SOAP and HTTP, or
 * parts that are missing because they are imported (nothing is fetched). What is not understood besides is noted.
 */
export function readWsdl(text: string, notes: Notes): WsdlDescription {
  const root = readXmlTree(text, kind);
  if (root.local === 'description') {
    throw refusal(kind, [{ path: root.path, message: 'It is WSDL 2.0; WSDL 1.1 is converted.' }]);
  }
  if (root.local !== 'definitions' || root.namespace !== wsdl) {
    throw refusal(kind, [
      { path: root.path, message: `The root element is ${root.local}, not definitions of WSDL 1.1.` },
    ]);
  }
  return new WsdlReader(root, notes).read();
}

class WsdlReader {
  readonly #root: XmlElement;
  readonly #notes: Notes;
  readonly #faults: Fault[] = [];
  readonly #namespace: string;
  readonly #schemas: XmlSchemas;
  readonly #imports: readonly string[];
  readonly #byName = new Map<string, XmlElement>();

  constructor(root: XmlElement, notes: Notes) {
    this.#root = root;
    this.#notes = notes;
    this.#namespace = attributeOf(root, 'targetNamespace') ?? '';
    const types = childrenNamed(root, 'types', wsdl);
    this.#schemas = readSchemas(
      types.flatMap((one) => childrenNamed(one, 'schema', schemaNamespace)),
      notes,
    );
    this.#imports = [
      ...childrenNamed(root, 'import', wsdl).map((one) => attributeOf(one, 'location') ?? ''),
      ...types.flatMap((one) =>
        childrenNamed(one, 'schema', schemaNamespace).flatMap((schema) =>
          schema.children
            .filter(({ local }) => local === 'import' || local === 'include')
            .flatMap((found) => attributeOf(found, 'schemaLocation') ?? []),
        ),
      ),
    ];
    for (const child of root.children) {
      const name = attributeOf(child, 'name');
      if (name !== undefined)
        this.#byName.set(`${child.local} ${keyOf({ namespace: this.#namespace, local: name })}`, child);
    }
  }

  read(): WsdlDescription {
    const services = childrenNamed(this.#root, 'service', wsdl);
    const operations = services.flatMap((service) => this.#readService(service));
    if (services.length === 0) this.#miss(this.#root.path, 'There is no service');
    else if (operations.length === 0 && this.#faults.length === 0) {
      this.#miss(services[0]?.path ?? '', 'No service has an operation over SOAP and HTTP');
    }
    if (this.#faults.length > 0) throw refusal(kind, this.#faults);
    return {
      name: attributeOf(services[0] ?? this.#root, 'name') ?? attributeOf(this.#root, 'name') ?? '',
      description: documentation(services[0]) ?? documentation(this.#root),
      operations,
      schemas: this.#schemas,
      security: securityIn(this.#root),
    };
  }

  /** What is missing may stand in another document. */
  #miss(path: string, message: string): void {
    const from = this.#imports.filter((location) => location !== '');
    const advice =
      from.length === 0
        ? '.'
        : `; ${from.slice(0, 5).join(', ')} ${from.length === 1 ? 'is' : 'are'} not fetched: give one document that holds everything.`;
    this.#faults.push({ path, message: `${message}${advice}` });
  }

  #find(what: 'binding' | 'portType' | 'message', element: XmlElement, attribute: string): XmlElement | undefined {
    const written = attributeOf(element, attribute) ?? '';
    const found = this.#byName.get(`${what} ${keyOf(qualifiedName(element, written))}`);
    if (found === undefined) this.#miss(element.path, `The ${what} "${written}" is not in the description`);
    return found;
  }

  /** Of the ports for one port type, that of SOAP 1.1 is taken: it is what all servers speak. */
  #readService(service: XmlElement): SoapOperation[] {
    const chosen = new Map<string, { port: XmlElement; binding: XmlElement; version: '1.1' | '1.2' }>();
    for (const port of childrenNamed(service, 'port', wsdl)) {
      if (!port.children.some(({ namespace, local }) => local === 'address' && soapNamespaces.has(namespace))) continue;
      const binding = this.#find('binding', port, 'binding');
      const soap = binding?.children.find(
        ({ namespace, local }) => local === 'binding' && soapNamespaces.has(namespace),
      );
      if (binding === undefined || soap === undefined) continue;
      const transport = attributeOf(soap, 'transport') ?? 'http';
      if (!/http/i.test(transport.replace(/^https?:\/\//, ''))) {
        this.#notes.add(binding.path, `The transport ${transport} is not HTTP; the port is left out.`);
        continue;
      }
      const version = soapNamespaces.get(soap.namespace) ?? '1.1';
      const key = keyOf(qualifiedName(binding, attributeOf(binding, 'type') ?? ''));
      const other = chosen.get(key);
      if (other === undefined || (other.version === '1.2' && version === '1.1'))
        chosen.set(key, { port, binding, version });
    }
    return [...chosen.values()].flatMap(({ port, binding, version }) => this.#readBinding(port, binding, version));
  }

  #readBinding(port: XmlElement, binding: XmlElement, version: '1.1' | '1.2'): SoapOperation[] {
    const portType = this.#find('portType', binding, 'type');
    if (portType === undefined) return [];
    const address = attributeOf(port.children.find(({ local }) => local === 'address') ?? port, 'location');
    const soap = binding.children.find(({ namespace, local }) => local === 'binding' && soapNamespaces.has(namespace));
    const style = soap === undefined ? undefined : attributeOf(soap, 'style');
    const seen = new Map<string, number>();
    return childrenNamed(binding, 'operation', wsdl).flatMap((bound) => {
      const name = attributeOf(bound, 'name') ?? '';
      const position = seen.get(name) ?? 0;
      seen.set(name, position + 1);
      const abstract = childrenNamed(portType, 'operation', wsdl).filter((one) => attributeOf(one, 'name') === name)[
        position
      ];
      if (abstract === undefined) {
        this.#miss(bound.path, `The operation "${name}" is not in the port type`);
        return [];
      }
      const operation = this.#readOperation(name, abstract, bound, style ?? 'document');
      return operation === undefined ? [] : [{ ...operation, version, address: address?.trim() }];
    });
  }

  #readOperation(
    name: string,
    abstract: XmlElement,
    bound: XmlElement,
    bindingStyle: string,
  ): Omit<SoapOperation, 'version' | 'address'> | undefined {
    const soap = bound.children.find(({ namespace, local }) => local === 'operation' && soapNamespaces.has(namespace));
    const style = (soap === undefined ? undefined : attributeOf(soap, 'style')) ?? bindingStyle;
    const asked = childNamed(abstract, 'input', wsdl);
    const answered = childNamed(abstract, 'output', wsdl);
    const boundInput = childNamed(bound, 'input', wsdl);
    if (!isXmlName(name)) {
      this.#notes.add(abstract.path, `"${name}" cannot be the name of an operation; it is left out.`);
      return undefined;
    }
    if (asked === undefined) {
      this.#notes.add(abstract.path, `${name} is sent by the vendor (it has no input); it is left out.`);
      return undefined;
    }
    const input = this.#message(asked, boundInput, style, name);
    if (input === undefined) return undefined;
    const output =
      answered === undefined
        ? undefined
        : this.#message(answered, childNamed(bound, 'output', wsdl), style, `${name}Response`);
    return {
      name,
      action: (soap === undefined ? undefined : attributeOf(soap, 'soapAction')) ?? '',
      input,
      output,
      headers: boundInput === undefined ? [] : this.#headers(boundInput),
      description: documentation(abstract),
      path: abstract.path,
    };
  }

  /** The element in the Body: of the style rpc it is named after the operation, of document it is the part's. */
  #message(reference: XmlElement, bound: XmlElement | undefined, style: string, wrapper: string): Member | undefined {
    const message = this.#find('message', reference, 'message');
    if (message === undefined) return undefined;
    const body = bound === undefined ? undefined : soapIn(bound, 'body');
    if (body !== undefined && attributeOf(body, 'use') === 'encoded') {
      this.#notes.add(
        body.path,
        'It asks for SOAP encoding; messages are sent as plain literals, which most servers take.',
      );
    }
    const named = body === undefined ? undefined : attributeOf(body, 'parts')?.split(/\s+/);
    const parts = childrenNamed(message, 'part', wsdl).filter(
      (part) => named === undefined || named.includes(attributeOf(part, 'name') ?? ''),
    );
    if (style === 'rpc') {
      const members = parts.map((part) => this.#rpcPart(part)).filter((member) => isXmlName(member.name));
      const namespace = (body === undefined ? undefined : attributeOf(body, 'namespace')) ?? this.#namespace;
      return elementOf(wrapper, namespace, this.#schemas.compose(wrapper, members));
    }
    const [part] = parts;
    if (part === undefined) return elementOf(wrapper, this.#namespace, this.#schemas.compose(wrapper, []));
    if (parts.length > 1) {
      this.#notes.add(message.path, `Its Body has ${parts.length} parts; only the first is carried over.`);
    }
    const element = attributeOf(part, 'element');
    if (element === undefined) {
      const typeName = attributeOf(part, 'type') ?? '';
      this.#notes.add(part.path, 'A part of a document is a type; it is sent in an element named after the message.');
      return elementOf(wrapper, this.#namespace, this.#schemas.type(qualifiedName(part, typeName), part));
    }
    const found = this.#schemas.element(qualifiedName(part, element));
    if (found === undefined) this.#miss(part.path, `The element "${element}" is not in the description`);
    if (found !== undefined && !isXmlName(found.name)) {
      this.#faults.push({ path: part.path, message: `"${found.name}" cannot be the name of an element.` });
    }
    if (found?.type.kind !== 'simple') return found;
    const text: Member = { ...elementOf('#text', '', found.type), kind: 'text' };
    return elementOf(found.name, found.namespace, this.#schemas.compose(found.name, [text]));
  }

  #rpcPart(part: XmlElement): Member {
    const name = attributeOf(part, 'name') ?? '';
    const element = attributeOf(part, 'element');
    if (element !== undefined) {
      const found = this.#schemas.element(qualifiedName(part, element));
      if (found !== undefined) return found;
      this.#miss(part.path, `The element "${element}" is not in the description`);
    }
    return elementOf(name, '', this.#schemas.type(qualifiedName(part, attributeOf(part, 'type') ?? ''), part));
  }

  #headers(bound: XmlElement): Member[] {
    return bound.children.flatMap((header) => {
      if (header.local !== 'header' || !soapNamespaces.has(header.namespace)) return [];
      const message = this.#find('message', header, 'message');
      const name = attributeOf(header, 'part');
      const parts = message === undefined ? [] : childrenNamed(message, 'part', wsdl);
      const part = parts.find((one) => attributeOf(one, 'name') === name);
      const element = part === undefined ? undefined : attributeOf(part, 'element');
      const found =
        part === undefined || element === undefined ? undefined : this.#schemas.element(qualifiedName(part, element));
      if (found === undefined)
        this.#notes.add(header.path, `The header ${name ?? ''} is not described; it is left out.`);
      return found === undefined ? [] : [found];
    });
  }
}

function elementOf(name: string, namespace: string, type: SchemaType): Member {
  return {
    kind: 'element',
    name,
    namespace,
    type,
    required: true,
    isRepeated: false,
    isNillable: false,
    description: undefined,
  };
}

/** A SOAP element of a bound message, also where it stands in a multipart message. */
function soapIn(element: XmlElement, local: string, depth = 0): XmlElement | undefined {
  for (const child of element.children) {
    if (child.local === local && soapNamespaces.has(child.namespace)) return child;
    const inside = depth < 4 && /\/mime\/$/.test(child.namespace) ? soapIn(child, local, depth + 1) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function documentation(element: XmlElement | undefined): string | undefined {
  const text = element === undefined ? '' : (childNamed(element, 'documentation', wsdl)?.text ?? '');
  return text === '' ? undefined : text;
}

/** What policies, wherever they stand, ask of callers. */
function securityIn(element: XmlElement): Security {
  if (/securitypolicy/i.test(element.namespace)) {
    if (element.local === 'UsernameToken') return 'usernameToken';
    if (element.local === 'HttpBasicAuthentication') return 'basic';
  }
  if (element.local === 'BasicAuthentication' && /policy/i.test(element.namespace)) return 'basic';
  for (const child of element.children) {
    const found = securityIn(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
