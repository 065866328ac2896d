// The names of operations, made of method and path: `GET /accounts/{id}/bank-lines` is `getAccountsBankLines`.

const verbs = new Map([
  ['post', 'create'],
  ['get', 'get'],
  ['put', 'replace'],
  ['patch', 'update'],
  ['delete', 'delete'],
]);

/**
 * The name of an operation: a verb and the static segments of the path, each word with a capital. A path that ends in a
 * parameter names the last segment in the singular and adds `By` and the parameter; what is created is named in the
 * singular throughout. A path of nothing but parameters is named by its first and its last.
 */
export function operationIdOf(method: string, path: string): string {
  const verb = verbs.get(method.toLowerCase()) ?? method.toLowerCase();
  const segments = segmentsOf(path);
  const statics = segments.filter((segment) => !isParameter(segment));
  const parameters = segments.filter(isParameter);
  const last = segments.at(-1);
  const endsInParameter = last !== undefined && isParameter(last);
  const creates = verb === 'create';
  const named = statics.map((segment, position) => {
    const isSingular = creates || (endsInParameter && position === statics.length - 1);
    return capitalised(isSingular ? singular(segment) : segment);
  });
  if (named.length === 0 && parameters.length > 1) named.push(capitalised(parameters[0] ?? ''));
  return `${verb}${named.join('')}${endsInParameter ? `By${capitalised(last)}` : ''}`;
}

/** Makes names unique: the second of one name gets the suffix 2, the third 3. */
export function createUniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let unique = name;
    for (let count = 2; taken.has(unique); count += 1) unique = `${name}${count}`;
    taken.add(unique);
    return unique;
  };
}

/** What the models of a path are called by default: its static segments in camel case. */
export function modelNameOf(path: string): string {
  const name = segmentsOf(path)
    .filter((segment) => !isParameter(segment))
    .map(capitalised)
    .join('');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** The group of a path: its first segment, without braces. */
export function tagOf(path: string): string {
  return (segmentsOf(path)[0] ?? '').replace(/[{}]/g, '') || 'root';
}

/** The parameters in a path, in their order. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{([^{}/]+)\}/g)].map(([, name = '']) => name);
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function isParameter(segment: string): boolean {
  return /^\{[^{}]*\}$/.test(segment);
}

function capitalised(segment: string): string {
  return segment
    .split(/[^\p{L}\p{N}_]+/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function singular(segment: string): string {
  return /ies$/.test(segment) ? segment.replace(/ies$/, 'y') : segment.replace(/s$/, '');
}
