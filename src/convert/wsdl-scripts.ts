// The two hooks of a converted SOAP element, which serve all its operations. Templates and root keys cannot leave out an element that has no value, repeat
// one, or read an answer whatever prefixes its server chose; these scripts do, from tables made of the schema.

/** One member of a type: its name for callers, its type, how often it stands, and its tag in messages. */
export type Row = readonly [member: string, type: string, often: string, tag: string];

/** The members of types by name; a type that is not among them is a scalar (`string`, `integer`, …) or `any`. */
export type TypeTable = Readonly<Record<string, readonly Row[]>>;

const legend = `// A row of a type: [member, its type, how often ("" once, "?" maybe, "*" many; with "n" it may be nil), its tag].`;

/** Where a value of a request stands in the message. */
export type RequestPlace = readonly [
  from: 'path' | 'query' | 'setting' | 'template',
  name: string,
  path: readonly string[],
];

/** How the message of an operation is written. */
export interface RequestPlan {
  root: Row;
  /** where the caller's body stands in the message; null where none is read */
  bodyAt: readonly string[] | null;
  places: readonly RequestPlace[];
}

/** How the answer of an operation is read. */
export interface AnswerPlan {
  /** where it stands below the element in the Body */
  path: readonly string[];
  /** the type there */
  type: string;
  isList: boolean;
  /** what callers are told when nothing stands there; null where that is no error */
  missing: string | null;
  /** where the answer says how many rows there are, and what the next page is called */
  total: readonly string[] | null;
  next: readonly string[] | null;
}

/** By what the hooks know an operation: how its action is sent, and the tag in the Body of its message. */
export function operationKey(action: string, tag: string): string {
  return `${action} ${tag}`;
}

const findOperation = `// An operation is known by its action and by the element in the Body.
const { 'Content-Type': contentType, SOAPAction: action = contentType } = request_vendor_headers;
const operation = operations[action + ' ' + /<soap:Body><([^\\s/>]+)/.exec(request_vendor_body)?.[1]];
`;

/** The hook that writes the Bodies of operations that a template cannot write. */
export function requestScript(types: TypeTable, operations: Readonly<Record<string, RequestPlan>>): string {
  return `// Writes the Body of the message: a template cannot leave out what is not given, nor repeat elements.
${legend}
const types = ${JSON.stringify(types)};
// Where the caller's body stands in each message, and where other values do.
const operations = ${JSON.stringify(operations)};
${findOperation}
if (operation === undefined) done();
const { root, bodyAt, places } = operation ?? { root: ['', '', '', ''], bodyAt: null, places: [] };

const own = (value, name) => (Object.hasOwn(Object(value), name) ? value[name] : undefined);
const put = (target, path, value) => {
  if (value === null || value === undefined) return;
  path.forEach((name, index) => {
    const next = index === path.length - 1 ? value : { ...own(target, name) };
    target[name] = next;
    target = next;
  });
};
const faults = [];
const escapes = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', '\\r': '&#13;' };
const escape = (value) => {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (/[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]/.test(text)) faults.push('A value has a control character that XML cannot hold: remove it');
  return text.replace(/[<>&"\\r]/g, (character) => escapes[character]);
};
const nameOf = (name) => {
  if (!/^[\\p{L}_][\\p{L}\\p{N}._-]*$/u.test(name)) faults.push(JSON.stringify(name) + ' cannot be the name of an element');
  return name;
};
// The platform's own words for pages stand in the template only.
const entities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const unescape = (text) => text?.replace(/&(lt|gt|amp|quot|apos);/g, (_, name) => entities[name]);
const write = ([, type, often, tag], value, path) => {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => write([, type, often, tag], one, path)).join('');
  if (value === null) return often.includes('n') ? '<' + tag + ' xsi:nil="true"/>' : '';
  const rows = types[type];
  if (rows === undefined && typeof value !== 'object') return '<' + tag + '>' + escape(value) + '</' + tag + '>';
  if (rows === undefined) {
    // What the table does not have stands in the namespace around it.
    const prefix = tag.slice(0, tag.indexOf(':') + 1);
    const inner = Object.entries(value).map(([name, one]) => write([name, 'any', '', prefix + nameOf(name)], one, path));
    return '<' + tag + '>' + inner.join('') + '</' + tag + '>';
  }
  const members = typeof value === 'object' ? value : { '#text': value };
  for (const name of Object.keys(members)) {
    if (!rows.some(([member]) => member === name)) faults.push('There is no ' + [...path, name].slice(bodyAt?.length).join('.') + ' in this message');
  }
  let attributes = '';
  let content = '';
  for (const row of rows) {
    const found = own(members, row[0]);
    if (found === undefined || found === null && row[0].startsWith('@')) continue;
    if (row[0] === '#text') content += escape(found);
    else if (row[0].startsWith('@')) attributes += ' ' + row[3] + '="' + escape(found) + '"';
    else content += write(row, found, [...path, row[0]]);
  }
  return '<' + tag + attributes + '>' + content + '</' + tag + '>';
};

const message = {};
const body = request_body_map;
if (bodyAt !== null && body !== null && !Array.isArray(body)) {
  if (bodyAt.length === 0) Object.assign(message, body);
  else put(message, bodyAt, { ...body });
}
for (const [from, name, path] of places) {
  if (from === 'path') put(message, path, request_path_variables[name]);
  else if (from === 'query') put(message, path, request_parameters[name]);
  else if (from === 'setting') put(message, path, configuration[name]);
  else put(message, path, unescape(new RegExp('<' + name + '>([^<{]*)</' + name + '>').exec(request_vendor_body)?.[1]));
}
const text = write(root, message, []);
if (faults.length > 0) done({ continue: false, response_status_code: 400, response_error_message: [...new Set(faults)].join('; ') + '.' });
else done({ request_vendor_body: request_vendor_body.replace(/<soap:Body>[^]*<\\/soap:Body>/, () => '<soap:Body>' + text + '</soap:Body>') });
`;
}

/** The hook that reads the answers of all operations. */
export function answerScript(types: TypeTable, operations: Readonly<Record<string, AnswerPlan>>): string {
  return `// Reads the answer: servers choose their own prefixes, one element may stand for a list, all values are text, and a
// Fault may come with any status.
${legend}
const types = ${JSON.stringify(types)};
// What of each answer callers get.
const operations = ${JSON.stringify(operations)};
${findOperation}
const result = operation;

const local = (name) => (name.startsWith('@') ? '@' : '') + name.slice(name.indexOf(':') + 1).replace(/^@/, '');
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const child = (value, name) => {
  if (!isObject(value)) return undefined;
  const key = Object.keys(value).find((one) => local(one) === name && !one.startsWith('@xmlns'));
  return key === undefined ? undefined : value[key];
};
const first = (value) => (Array.isArray(value) ? value[0] : value);
const follow = (value, path) => path.reduce((found, name) => child(first(found), name), value);
const textOf = (value) => (isObject(value) ? (value['#text'] ?? '') : String(value ?? ''));
const isNil = (value) => /^(true|1)$/.test(textOf(child(value, '@nil')));
const plain = (value) => {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (isNil(value)) return null;
  const members = Object.entries(value).filter(([name]) => !/^@(xmlns|xsi:)/.test(name));
  return Object.fromEntries(members.map(([name, member]) => [local(name), plain(member)]));
};
const scalar = (value, type) => {
  const text = textOf(value).trim();
  if (type === 'boolean' && /^(true|false|1|0)$/.test(text)) return text === 'true' || text === '1';
  if (type === 'integer' && Number.isSafeInteger(Number(text)) && text !== '') return Number(text);
  if (type === 'number' && text !== '' && Number.isFinite(Number(text)) && text.length < 16) return Number(text);
  return type === 'string' ? textOf(value) : text;
};
const read = (value, type) => {
  if (isNil(value)) return null;
  const rows = types[type];
  if (rows === undefined) return type === 'any' ? plain(value) : scalar(value, type);
  const members = isObject(value) ? value : textOf(value).trim() === '' ? {} : { '#text': value };
  const record = {};
  for (const [name, memberType, often] of rows) {
    const found = child(members, name);
    const all = found === undefined ? [] : Array.isArray(found) ? found : [found];
    if (often.includes('*')) record[name] = all.map((one) => read(one, memberType));
    else if (all.length > 0) record[name] = read(all[0], memberType);
  }
  for (const [name, member] of Object.entries(members)) {
    const isKnown = rows.some(([one]) => one === local(name)) || /^@(xmlns|xsi:)|^#text$/.test(name);
    if (!isKnown) record[local(name)] = plain(member);
  }
  return record;
};

const envelope = child(response_body_raw_map, 'Envelope');
const soapBody = child(envelope, 'Body');
const fault = child(soapBody, 'Fault');
const answer = isObject(soapBody) ? Object.entries(soapBody).find(([name]) => !name.startsWith('@')) : undefined;
if (response_error_message !== null || envelope === undefined || result === undefined) done();
else if (fault !== undefined) {
  const code = textOf(child(fault, 'faultcode') ?? follow(fault, ['Code', 'Value']));
  const words = textOf(child(fault, 'faultstring') ?? first(follow(fault, ['Reason', 'Text']))) || 'The vendor reports a fault.';
  const isCallers = response_status_code >= 400 && response_status_code < 500;
  const status = isCallers ? response_status_code : /(^|[:.])(Client|Sender)([.]|$)/.test(code) ? 400 : 502;
  done({ response_error_message: words, response_status_code: status });
} else if (response_iserror) done();
else {
  const root = first(answer?.[1]);
  const found = follow(root, result.path);
  const headers = {};
  if (result.total !== null) headers['elements-total-count'] = textOf(follow(root, result.total)) || null;
  if (result.next !== null) headers['elements-next-page-token'] = textOf(follow(root, result.next)) || null;
  const isThere = found !== undefined && !isNil(found);
  if (result.isList) {
    const rows = isThere ? (Array.isArray(found) ? found : [found]) : [];
    done({ response_body: rows.map((row) => read(row, result.type)), response_headers: headers });
  } else if (result.missing !== null && (!isThere || textOf(found) === '' && !isObject(found))) {
    done({ response_error_message: result.missing, response_status_code: 404 });
  } else done({ response_body: isThere ? read(first(found), result.type) : {} });
}
`;
}
