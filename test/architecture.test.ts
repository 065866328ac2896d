// The rules of the design that a compiler does not check. Every rule is a function from files to violations, and is
// shown a planted violation, too: a rule that cannot fail guards nothing.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface SourceFile {
  /** relative to src/ */
  path: string;
  text: string;
}
type Rule = (files: readonly SourceFile[]) => string[];

const ranks: Record<string, number> = {
  core: 0,
  ceql: 0,
  outbound: 1,
  element: 1,
  store: 1,
  script: 2,
  mapping: 2,
  queue: 2,
  auth: 2,
  describe: 2,
  convert: 2,
  notifications: 2,
  engine: 3,
  builder: 4,
  instance: 4,
  events: 4,
  jobs: 4,
  bulk: 4,
  formula: 4,
  http: 5,
};
const topRank = 6;

const files: SourceFile[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, 'src', path), 'utf8') }));
const isTest = (file: SourceFile) => file.path.endsWith('.test.ts');
const code = files.filter((file) => !isTest(file));

function folderOf(path: string): string | undefined {
  const [folder = '', ...rest] = path.split('/');
  return rest.length === 0 ? undefined : folder;
}

function rankOf(path: string): number | undefined {
  const folder = folderOf(path);
  if (folder !== undefined) return ranks[folder];
  return path === 'config.ts' ? 0 : topRank;
}

/** The specifiers of static and dynamic imports and of re-exports; those of types count as any other. */
function importsOf(text: string): string[] {
  const found = text.matchAll(/(?:^|[\s;}])(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...found].map(([, specifier = '']) => specifier);
}

const everyFolderHasARank: Rule = (sources) =>
  sources
    .filter((file) => rankOf(file.path) === undefined)
    .map((file) => `${file.path}: the folder has no rank; the design gives every folder one`);

const importsGoDown: Rule = (sources) =>
  sources.flatMap((file) =>
    importsOf(file.text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => normalize(join(dirname(file.path), specifier)))
      .filter((target) => !target.startsWith('..') && !mayImport(file.path, target))
      .map((target) => `${file.path} imports ${target}`),
  );

function mayImport(from: string, to: string): boolean {
  if (from === 'config.ts') return rankOf(to) === 0;
  if (folderOf(from) === folderOf(to)) return true;
  const [own, other] = [rankOf(from), rankOf(to)];
  return own !== undefined && other !== undefined && other < own;
}

/** Names that may stand inside other words are matched as words, the others anywhere. */
const elementFolders = readdirSync(join(root, 'elements'), { withFileTypes: true })
  .filter((entry) => existsSync(join(root, 'elements', entry.name, 'element.json')))
  .map((entry) => entry.name);
const ambiguous = new Set(['desk', 'act', 'spark', 'box', 'slack', 'stripe', 'asana', 'intercom']);
const vendors = [
  ...elementFolders,
  ...[
    'zendesk',
    'desk.com',
    'salesforce',
    'sfdc',
    'webex',
    'cisco',
    'ciscospark',
    'act!',
    'actessentials',
    'swiftpage',
  ],
  ...['hubspot', 'netsuite', 'quickbooks', 'shopify', 'dropbox', 'dynamicscrm', 'freshdesk', 'marketo', 'mailchimp'],
  ...['servicenow', 'sharepoint', 'onedrive', 'jira', 'bigcommerce', 'eloqua', 'sugarcrm', 'twilio', 'docusign'],
  ...['slack', 'stripe', 'asana', 'intercom'],
];
/** The name of a search syntax is no name of a vendor. */
const syntaxNames = /toSFDCReportFilter/g;

const noVendorNames: Rule = (sources) =>
  sources.flatMap((file) => {
    const text = file.text.replace(syntaxNames, '');
    return vendors
      .filter((name) => {
        const escaped = name.replace(/[.*+?^${}()|[\]\\!]/g, '\\$&');
        const pattern = ambiguous.has(name) ? `(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])` : escaped;
        return new RegExp(name === 'act!' ? '\\bact!' : pattern, 'i').test(text);
      })
      .map((name) => `${file.path} names ${name}`);
  });

const sqlOnlyInStore: Rule = (sources) =>
  sources
    .filter((file) => folderOf(file.path) !== 'store')
    .filter(
      (file) =>
        importsOf(file.text).some((specifier) => /^(kysely|pg)(\/|$)/.test(specifier)) ||
        /\bsql`|\.(selectFrom|insertInto|updateTable|deleteFrom|mergeInto)\(/.test(file.text),
    )
    .map((file) => `${file.path} speaks SQL`);

const noDefaultExports: Rule = (sources) =>
  sources
    .filter((file) => /^\s*export\s+default\b|\bas\s+default\b/m.test(file.text))
    .map((file) => `${file.path} has a default export`);

const noAny: Rule = (sources) =>
  sources.flatMap((file) =>
    file.text
      .split('\n')
      .map((line) => line.replace(/'(?:[^'\\]|\\.)*'|`[^`]*`|\/\/.*|^\s*\/?\*.*/g, ''))
      .flatMap((line, index) =>
        /[:<|&(,=]\s*any\b(?!\()|\bas any\b/.test(line) ? [`${file.path}:${index + 1} uses any`] : [],
      ),
  );

const noBarrels: Rule = (sources) =>
  sources
    .filter((file) => {
      const statements = file.text
        .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
        .split(';')
        .map((statement) => statement.trim())
        .filter((statement) => statement !== '');
      return (
        statements.length > 0 &&
        statements.every((statement) => /^export\s+(type\s+)?(\*|\{[^}]*\})[\s\S]*from\s/.test(statement))
      );
    })
    .map((file) => `${file.path} only re-exports`);

/** A common resource is what its name says. */
const noDrawerNames: Rule = (sources) =>
  sources
    .filter((file) =>
      file.path
        .replaceAll('common-resources', '')
        .split(/[/.-]/)
        .some((part) => /^(utils?|helpers?|common|shared|misc|\w*managers?)$/i.test(part)),
    )
    .map((file) => `${file.path} has a name that says nothing`);

const functionsAreDescribed: Rule = (sources) =>
  sources.flatMap((file) => {
    const lines = file.text.split('\n');
    return lines.flatMap((line, index) => {
      const name = /^export (?:async )?function\*? (\w+)/.exec(line)?.[1];
      const arrow = /^export const (\w+) = (?:async )?(?:<[^>]*>)?\(.*=>/.exec(line)?.[1];
      const exported = name ?? arrow;
      return exported === undefined || /\*\/\s*$/.test(lines[index - 1] ?? '') ? [] : [`${file.path}: ${exported}`];
    });
  });

const filesBeginWithAComment: Rule = (sources) =>
  sources.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(file.text)).map((file) => `${file.path} does not say what it is`);

/** What a program it starts gets of the environment is no configuration of ours. */
const passesTheEnvironmentOn = 'store/embedded-binaries.ts';
/** `readConfig(process.env)` hands the environment over without looking into it. */
const environmentIsReadInConfig: Rule = (sources) =>
  sources
    .filter((file) => file.path !== 'config.ts' && file.path !== passesTheEnvironmentOn)
    .filter((file) =>
      /\bprocess\s*\.\s*env\b|\benv\b.*from 'node:process'/.test(
        file.text.replace(/\b(readConfig|startServer|dataFolderOf)\(process\.env\b/g, ''),
      ),
    )
    .map((file) => `${file.path} reads the environment`);

const planted = (path: string, text: string): SourceFile[] => [{ path, text }];
const commented = (text: string) => `// A planted violation.\n${text}\n`;

const rules: [name: string, rule: Rule, sources: readonly SourceFile[], violations: SourceFile[][]][] = [
  ['every folder of src has a rank', everyFolderHasARank, files, [planted('new-folder/x.ts', '')]],
  [
    'a folder imports lower ranks and itself, never its own rank',
    importsGoDown,
    files,
    [
      planted('core/x.ts', "import { x } from '../ceql/parse.ts';"),
      planted('core/x.ts', "import type { X } from '../http/server.ts';"),
      planted('element/x.ts', "import { type X } from '../store/database.ts';"),
      planted('instance/x.ts', "export { x } from '../events/x.ts';"),
      planted('http/routes/x.ts', "import {\n  x,\n} from '../../app.ts';"),
      planted('auth/x.ts', "const x = await import('../engine/call.ts');"),
      planted('config.ts', "import { x } from './auth/x.ts';"),
      planted('core/x.ts', "import { x } from '../main.ts';"),
      planted('core/x.ts', "import { x } from '../new-folder/y.ts';"),
    ],
  ],
  [
    'nothing in src knows an element or a vendor by name',
    noVendorNames,
    code,
    [
      planted('x.ts', "const x = 'desk';"),
      planted('x.ts', 'const zendeskQuirk = 1;'),
      planted('x.ts', '// as Salesforce does'),
      planted('x.ts', "case 'sfdcdocuments':"),
      planted('x.ts', "host === 'x.desk.com'"),
      planted('x.ts', '// for Act! Essentials'),
    ],
  ],
  [
    'SQL stands only in src/store',
    sqlOnlyInStore,
    files,
    [
      planted('http/x.ts', "import { sql } from 'kysely';"),
      planted('auth/x.ts', "import pg from 'pg';"),
      planted('first-start.ts', "database.selectFrom('users')"),
    ],
  ],
  [
    'there are no default exports',
    noDefaultExports,
    files,
    [planted('x.ts', 'export default 1;'), planted('x.ts', 'export { x as default };')],
  ],
  [
    'nothing is of the type any',
    noAny,
    files,
    [planted('x.ts', 'const x: any = 1;'), planted('x.ts', 'f(x as any)'), planted('x.ts', 'new Map<string, any>()')],
  ],
  [
    'no file only re-exports',
    noBarrels,
    files,
    [planted('core/index.ts', commented("export * from './http.ts';\nexport { x } from './x.ts';"))],
  ],
  [
    'no file or folder is a drawer for everything',
    noDrawerNames,
    files,
    [
      planted('core/utils.ts', ''),
      planted('helpers/x.ts', ''),
      planted('auth/token-manager.ts', ''),
      planted('common/x.ts', ''),
      planted('store/shared.ts', ''),
    ],
  ],
  [
    'every exported function has a description',
    functionsAreDescribed,
    code,
    [
      planted('x.ts', commented('export function x() {}')),
      planted('x.ts', commented('export async function x() {}')),
      planted('x.ts', commented('export const x = (a: string) => a;')),
    ],
  ],
  [
    'every file begins with a comment that says what it is',
    filesBeginWithAComment,
    code,
    [planted('x.ts', "import x from 'x';"), planted('x.ts', '\n// late')],
  ],
  [
    'the environment is read only in config.ts',
    environmentIsReadInConfig,
    code,
    [planted('http/x.ts', "process.env['HOME']"), planted('x.ts', "import { env } from 'node:process';")],
  ],
];

describe.each(rules)('%s', (_name, rule, sources, violations) => {
  test('holds', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(rule(sources)).toEqual([]);
  });
  test.each(violations.map((files) => [files[0]?.text.trim().split('\n').at(-1) || files[0]?.path, files] as const))(
    'is broken by %s',
    (_text, files) => {
      expect(rule(files)).not.toEqual([]);
    },
  );
});

test('words that only contain a name are no hit', () => {
  expect(
    noVendorNames(planted('x.ts', 'description desktop helpdesk exact! actual sparkle toSFDCReportFilter')),
  ).toEqual([]);
});

describe('docs/configuration.md', () => {
  const path = join(root, 'docs', 'configuration.md');
  const config = files.find((file) => file.path === 'config.ts')?.text ?? '';
  const names = [...new Set(config.match(/\b(VALENCE_[A-Z_]+|DATABASE_URL|HTTPS_PROXY)\b/g) ?? [])];
  const undocumented = (text: string) =>
    names.filter((name) => !name.endsWith('_FILE') && !new RegExp(`\`${name}\``).test(text));

  test('names every variable', () => {
    expect(names.length).toBeGreaterThan(12);
    expect(undocumented(readFileSync(path, 'utf8'))).toEqual([]);
  });

  test('would be found incomplete without one of them', () => {
    expect(undocumented('`VALENCE_PORT`')).toContain('VALENCE_HOST');
  });
});
