// `npm run element -- <command>`: what the authors of elements do: check a document, try one call against the sandbox,
// bring documents to a server and take them from it.

import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';

const help = `Usage: npm run element -- <command>

  check <file|key|folder>      says what is wrong with a document, and how to mend it
  try <key> <method> <path>    makes one call against the sandbox and prints each step of the trip
      --body <json>|@<file>    the body of the call
      --element <folder>       the folder of an element that is not in the catalog
      --data <folder>          where the server of tries keeps its data (data/try)

  import <file|folder>         brings documents, with the scripts in files beside them, to a running server
  export <key> [file]          takes the document of an element from it

import and export ask VALENCE_URL (http://127.0.0.1:8080) with VALENCE_AUTHORIZATION, or as the administrator whose
secrets stand in admin.json in VALENCE_DATA (./data).

Examples:
  npm run element -- check my-elements/acme
  npm run element -- import exported-elements
  npm run element -- try zendesk GET '/incidents?pageSize=2'
  npm run element -- try zendesk POST /incidents --body '{"subject":"Printer on fire"}'
`;

const options = {
  body: { type: 'string' },
  element: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean' },
} as const;

// `| head` has seen enough; the server is still stopped in order.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// The programs of the commands are read from what the last command compiled.
enableCompileCache();
// Whenever Ctrl-C comes, a try is finished, which takes a moment, and leaves nothing running.
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true));

const status = await run(process.argv.slice(2));
process.exitCode = interrupted ? 130 : status;

/** The status of the process: 0 for right, 1 for wrong, 2 for a command that is none. */
async function run(given: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: given, options, allowPositionals: true });
    const [command, ...rest] = positionals;
    if (values.help === true || command === 'help' || command === undefined) {
      process.stdout.write(help);
      return 0;
    }
    const [first, method, path, more] = rest;
    if (command === 'check' && first !== undefined && method === undefined) {
      const { checkTarget } = await import('./check.ts');
      return await checkTarget(first);
    }
    if (command === 'import' && first !== undefined && method === undefined) {
      const { importTarget } = await import('./import.ts');
      return await importTarget(first);
    }
    if (command === 'export' && first !== undefined && path === undefined) {
      const { exportElement } = await import('./import.ts');
      return await exportElement(first, method);
    }
    if (command === 'try' && first !== undefined && method !== undefined && path !== undefined && more === undefined) {
      // the whole server, which a check does not need
      const { tryCall } = await import('./try.ts');
      return await tryCall({ key: first, method, path, ...values });
    }
    return misused(`This is no command: ${given.join(' ')}`);
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      return misused(error.message);
    }
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

function misused(message: string): number {
  process.stderr.write(`${message}\n\n${help}`);
  return 2;
}
