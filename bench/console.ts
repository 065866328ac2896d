// What a person waits for in the console: what the first page brings and when it is painted, and a list of 100,000 calls
// scrolled to its end.

import type { Browser, Page } from 'playwright-core';
import { openPage, startChromium } from '../test/support/chromium.ts';
import { administrator } from '../test/support/platform.ts';
import { startGround } from './ground.ts';
import { quantile, type Row, type Scenario } from './scenario.ts';

const firstLoadBytes = 300_000;
const paintMs = 1000;
/** a frame that takes longer is seen as a jerk */
const frameMs = 50;
/** pixels of a row (console/src/components/data-table.tsx) */
const rowHeight = 46;

interface FirstLoad {
  bytes: number;
  paintMs: number;
}

/** One server; a browser of its own for each first load, so that nothing is kept from the last. */
export const consolePages: Scenario = async ({ rounds, scale, report }) => {
  const ground = await startGround();
  const browser = await startChromium();
  try {
    const databaseUrl = await ground.createDatabase('console');
    const server = await ground.startServer(databaseUrl);
    const calls = Math.ceil(100_000 * scale);
    const database = await ground.connect(databaseUrl);
    await database.query(
      `insert into usage_records (id, at, organization_id, account_id, user_id, element_key, element_name, element_tags,
         hub, method, path, http_status, request_status, process_ms, vendor_ms, vendor_calls, kind, cache_hit)
       select gen_random_uuid(), now() - number * interval '10 milliseconds', accounts.organization_id, accounts.id,
         users.id, 'bench', 'Bench', '{}', 'general', 'GET', '/hubs/general/things/' || number, 200, 'SUCCESS', 12, 9, 1,
         'call', false
       from users join accounts on accounts.id = users.account_id, generate_series(1, $1::int) as number
       where users.email = $2`,
      [calls, administrator.email],
    );
    const loads: FirstLoad[] = [];
    for (let round = 1; round <= rounds; round++) {
      const load = await measureFirstLoad(browser, server.url);
      report(`first load ${round}: ${JSON.stringify(load)}`);
      loads.push(load);
    }
    const median = (name: keyof FirstLoad) =>
      quantile(
        loads.map((load) => load[name]),
        0.5,
      );
    const { read, back } = await measureScrolling(browser, server.url, calls);
    const rows: Row[] = [
      {
        what: 'what the first page brings, compressed',
        asked: 'under 300 KB',
        seen: `${(median('bytes') / 1000).toFixed(0)} KB`,
        holds: median('bytes') < firstLoadBytes,
      },
      {
        what: 'its largest contentful paint, signed in, nothing cached',
        asked: 'under 1 s',
        seen: `${median('paintMs').toFixed(0)} ms`,
        holds: median('paintMs') < paintMs,
      },
      {
        what: `frames while ${calls} calls are dragged through to the last, 60,000 pixels a second (${read.rows} read)`,
        asked: 'report',
        seen: `${framesOf(read)}; ${(read.took.reduce((sum, took) => sum + took, 0) / 1000).toFixed(1)} s in all`,
        holds: read.rows >= calls,
      },
      {
        what: 'frames while all of them are scrolled back, 12,000 pixels a second, for 20 s',
        asked: `smooth: p99 under ${frameMs} ms`,
        seen: framesOf(back),
        holds: quantile(back.took, 0.99) < frameMs,
      },
    ];
    return rows;
  } finally {
    await browser.close();
    await ground.stop();
  }
};

async function signedIn(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, baseURL: url });
  const { page } = await openPage(context);
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(administrator.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(administrator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Your account' }).waitFor();
  return page;
}

/** The first page in a browser that has seen nothing but the session: bytes on the wire, and when it was painted. */
async function measureFirstLoad(browser: Browser, url: string): Promise<FirstLoad> {
  const page = await signedIn(browser, url);
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.clearBrowserCache');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto('/');
  await page.waitForLoadState('networkidle');
  const paint = await page.evaluate<number>(
    `new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
      .observe({ type: 'largest-contentful-paint', buffered: true }))`,
  );
  await page.context().close();
  return { bytes, paintMs: paint };
}

/** How long each frame took, and how many rows the list had at the end. */
interface Scrolled {
  took: number[];
  rows: number;
}

function framesOf({ took }: Scrolled): string {
  const [p50, p99] = [quantile(took, 0.5), quantile(took, 0.99)];
  return `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, longest ${Math.max(...took).toFixed(0)} ms`;
}

/** Down to the last row, read page by page on the way, and then a part of the way back. */
async function measureScrolling(
  browser: Browser,
  url: string,
  calls: number,
): Promise<{ read: Scrolled; back: Scrolled }> {
  const page = await signedIn(browser, url);
  await page.goto('/calls?period=24h');
  await page.getByRole('row').nth(5).waitFor();
  const read = await page.evaluate<Scrolled>(scroll(1000, calls, 600_000));
  const back = await page.evaluate<Scrolled>(scroll(-200, Number.POSITIVE_INFINITY, 20_000));
  await page.context().close();
  return { read, back };
}

/** A script of the page: scrolls so many pixels in each frame, until all rows are read and passed, or for so long. */
function scroll(pixels: number, calls: number, milliseconds: number): string {
  return `new Promise((resolve) => {
    const list = document.querySelector('.data-table-scroll');
    const took = [];
    const began = performance.now();
    let last = began;
    const step = (now) => {
      took.push(now - last);
      last = now;
      const rows = Math.round(list.scrollHeight / ${rowHeight});
      const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
      if ((rows >= ${calls} && isAtEnd) || now - began > ${milliseconds}) return resolve({ took, rows });
      list.scrollTop += ${pixels};
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`;
}
