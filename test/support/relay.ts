// Stands between a server and PostgreSQL: counts the statements of each application name, and can cut or freeze its
// connections.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A relay in front of a PostgreSQL. */
export interface Relay {
  /** the connection string that leads through it */
  url: string;
  /** Statements that an application has sent. Empty queries are none. */
  statements(application: string): number;
  /** Closes the connections of an application, and lets it make no others until `mend`. */
  cut(application: string): void;
  /** Keeps its connections open but passes nothing on, in either direction, and lets it make no others until `mend`. */
  freeze(application: string): void;
  /** Lets an application connect again, and passes on what frozen connections hold back. */
  mend(application: string): void;
  close(): Promise<void>;
}

interface Line {
  application: string;
  client: Socket;
  server: Socket;
}

/** Starts a relay; `databaseUrl` is a connection string without TLS. */
export async function startRelay(databaseUrl: string): Promise<Relay> {
  const target = new URL(databaseUrl);
  const counts = new Map<string, number>();
  const refused = new Set<string>();
  const lines = new Set<Line>();

  const listener = createServer((client) => {
    const line: Line = {
      application: '',
      client,
      server: connect(Number(target.port), target.hostname),
    };
    lines.add(line);
    const readMessages = messageReader({
      started(application) {
        line.application = application;
        if (refused.has(application)) client.destroy();
      },
      statement: () => counts.set(line.application, (counts.get(line.application) ?? 0) + 1),
    });
    client.on('data', (bytes) => {
      readMessages(bytes);
      if (!client.destroyed) line.server.write(bytes);
    });
    line.server.on('data', (bytes) => void client.write(bytes));
    const close = () => {
      lines.delete(line);
      client.destroy();
      line.server.destroy();
    };
    for (const socket of [client, line.server]) socket.on('error', close).on('close', close);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((listener.address() as AddressInfo).port);

  const linesOf = (application: string) => [...lines].filter((line) => line.application === application);
  return {
    url: url.href,
    statements: (application) => counts.get(application) ?? 0,
    cut(application) {
      refused.add(application);
      for (const line of linesOf(application)) line.client.destroy();
    },
    freeze(application) {
      refused.add(application);
      for (const line of linesOf(application)) for (const socket of [line.client, line.server]) socket.pause();
    },
    mend(application) {
      refused.delete(application);
      for (const line of linesOf(application)) for (const socket of [line.client, line.server]) socket.resume();
    },
    async close() {
      for (const line of lines) line.client.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** Reads what a client sends (PostgreSQL 18 documentation, section 54.7), in whatever pieces it comes. */
function messageReader(heard: { started(application: string): void; statement(): void }) {
  let rest = Buffer.alloc(0);
  let started = false;
  return (bytes: Buffer | string) => {
    rest = Buffer.concat([rest, Buffer.from(bytes)]);
    for (;;) {
      const header = started ? 1 : 0;
      if (rest.length < header + 4) return;
      const length = header + rest.readInt32BE(header);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      if (!started) {
        const words = message.subarray(8).toString('utf8').split('\0');
        const name = words.indexOf('application_name');
        heard.started(name < 0 ? '' : (words[name + 1] ?? ''));
        started = true;
        continue;
      }
      const type = String.fromCharCode(message[0] ?? 0);
      const isEmptyQuery = type === 'Q' && length === 6;
      if (type === 'E' || (type === 'Q' && !isEmptyQuery)) heard.statement();
    }
  };
}
