// Runs a hook the way element-format.md section 2.1 tells, apart from the engine: two readings of one text check each other.

import ivm from 'isolated-vm';

/** A hook needs something that only a running platform has. */
export class NotForetellable extends Error {}

/**
 * Runs a hook with its variables and gives what it handed to `done`, undefined for nothing. Throws `NotForetellable` for a
 * hook that loads modules, and an Error for one that throws.
 */
export function runHook(source: string, variables: Record<string, unknown>): Record<string, unknown> | undefined {
  if (/\brequire\s*\(/.test(source)) throw new NotForetellable('it loads modules');
  const isolate = new ivm.Isolate({ memoryLimit: 16 });
  try {
    const outcome: string | undefined = isolate.createContextSync().evalClosureSync(
      `let given;
       const done = (result) => { given ??= { result }; };
       const names = JSON.parse($1);
       const quiet = { log() {}, info() {}, warn() {}, error() {} };
       const CE = { b64: (text) => $2(String(text)), decode64: (text) => $3(String(text)) };
       try {
         new Function('done', 'console', 'CE', ...Object.keys(names), $0)(done, quiet, CE, ...Object.values(names));
       } catch (error) {
         if (given === undefined) throw error;
       }
       return given === undefined ? undefined : JSON.stringify(given.result);`,
      [
        source,
        JSON.stringify(variables),
        new ivm.Callback((text: string) => Buffer.from(text).toString('base64')),
        new ivm.Callback((text: string) => Buffer.from(text, 'base64').toString()),
      ],
      { timeout: 2000 },
    );
    return outcome === undefined ? undefined : (JSON.parse(outcome) ?? undefined);
  } finally {
    isolate.dispose();
  }
}
