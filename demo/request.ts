// One request to the server, shown as a curl line with its answer.

import type { Terminal } from './terminal.ts';

/** Makes a call and shows it as curl with its answer. Throws an Error with the message of an error answer. */
export async function call(
  { terminal, serverUrl }: { terminal: Terminal; serverUrl: string },
  method: string,
  path: string,
  authorization?: string,
  body?: unknown,
): Promise<unknown> {
  const url = `${serverUrl}/elements/api-v2${path}`;
  const json = body === undefined ? undefined : JSON.stringify(body);
  const command = [`curl -X ${method} '${url}'`];
  if (authorization !== undefined) command.push(`-H 'Authorization: ${authorization}'`);
  if (json !== undefined) command.push("-H 'Content-Type: application/json'", `-d '${json}'`);
  terminal.command(command.join(' '));
  const response = await fetch(url, {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: json }),
  });
  const answer = (await response.json()) as { message?: string };
  terminal.answer(response.status, answer);
  if (response.ok) return answer;
  throw new Error(`${response.status}: ${answer.message}`);
}
