// The process in which scripts run, so that whatever one of them does to its thread or its memory ends with a process
// that can be replaced, and none shares an address space with keys and tokens. It speaks lines with scripts.ts: fields
// parted by tabs, texts as JSON, which holds neither tabs nor line breaks.

import { Socket } from 'node:net';
import type { Program } from './isolate.ts';
import { type LineWriter, onLines, writeLines } from './lines.ts';
import { createPool } from './pool.ts';

const socket = new Socket({ fd: 3 });
// nobody is left to answer; a thread that hangs would keep an ordinary exit waiting
socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
socket.on('error', () => process.kill(process.pid, 'SIGKILL'));

const say: LineWriter = writeLines(socket);
const programs = new Map<string, Program>();
const pool = createPool(JSON.parse(process.argv[2] ?? ''), {
  done: (id, console, result) => say(`done\t${id}\t${console}\t${result}`),
  failed: (id, code, message) => say(`failed\t${id}\t${code}\t${JSON.stringify(message)}`),
  asked: (id, step, request) => say(`asked\t${id}\t${step}\t${request}`),
  lost: (owner) => say(`lost\t${owner === undefined ? '' : JSON.stringify(owner)}`),
});

onLines(socket, (kind, [first = '', second = '', third = '', fourth = '']) => {
  switch (kind) {
    case 'program':
      programs.set(first, JSON.parse(second));
      break;
    case 'run':
      pool.run(Number(first), JSON.parse(second), programs.get(third) as Program, fourth);
      break;
    case 'cancel':
      pool.cancel(Number(first));
      break;
    case 'answer':
      pool.answer(Number(first), Number(second), third === '' ? undefined : JSON.parse(third), fourth || undefined);
      break;
    default:
      throw new Error(`Line of unknown kind ${kind}`);
  }
});
