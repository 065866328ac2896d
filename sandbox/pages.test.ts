// What every vendor's pages promise: one's own look, nothing that a strict policy would forbid, Enter all the way, and colours
// that can be read.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxAccounts } from './accounts.ts';
import { actTheme } from './act/theme.ts';
import { deskTheme } from './desk/theme.ts';
import { genericTheme } from './generic/theme.ts';
import { type AccessRequest, consentPage, errorPage, loginPage, verifierPage } from './pages.ts';
import { salesforceTheme } from './salesforce/theme.ts';
import { startTestSandbox, type TestSandbox } from './test-client.ts';
import type { Palette, Theme } from './theme.ts';
import { webexTheme } from './webex/theme.ts';
import { zendeskTheme } from './zendesk/theme.ts';

const vendorThemes = [zendeskTheme, deskTheme, salesforceTheme, actTheme, webexTheme];
const genericThemes = ['contactbook', 'ledger', 'mailbox', 'stock'].map((key) => genericTheme({ key, name: key }));
const themes = [...vendorThemes, ...genericThemes];
const [robin] = sandboxAccounts;

const accessOf = (theme: Theme): AccessRequest => ({
  theme,
  host: 'acme.vendor.example',
  applicationName: 'Acme "Sync" <beta>',
  scopes: ['read', 'constructor'],
  returnsTo: 'app.example',
});

const pagesOf = (theme: Theme) => ({
  login: loginPage(accessOf(theme), robin, false),
  wrong: loginPage(accessOf(theme), robin, true),
  consent: consentPage(accessOf(theme), robin, 'ticket'),
  error: errorPage(theme, 'redirect_uri is missing.'),
  verifier: verifierPage(theme, 'c0de'),
});

describe.each(themes.map((theme) => [theme.name, theme] as const))('%s', (_, theme) => {
  const pages = pagesOf(theme);

  test('its pages are allowed their own style sheet and nothing else', () => {
    for (const { headers, body } of Object.values(pages)) {
      const html = String(body);
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
      const digest = createHash('sha256').update(style).digest('base64');
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain(`style-src 'sha256-${digest}'`);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|script-src|form-action/);
      expect(html).not.toMatch(/<script|<link rel="stylesheet"|\sstyle=|\son[a-z]+=|https?:\/\/(?!www\.w3\.org)/);
    }
  });

  test('each page says that it is the sandbox', () => {
    for (const { body } of Object.values(pages)) {
      expect(String(body)).toContain(`<strong>Valence sandbox</strong>, not the real ${theme.name}`);
    }
  });

  test('the focus is on the button, so that Enter logs in and Enter allows', () => {
    const focused = (html: unknown) => String(html).match(/<[^>]*\bautofocus\b[^>]*>[^<]*/g);
    expect(focused(pages.login.body)).toEqual([expect.stringMatching(/^<button type="submit".*>Log in$/)]);
    expect(focused(pages.wrong.body)).toEqual([expect.stringMatching(/^<button type="submit".*>Log in$/)]);
    expect(focused(pages.consent.body)).toEqual([expect.stringMatching(/value="allow".*>Allow$/)]);
    expect(String(pages.login.body)).toContain(`value="${robin.password}"`);
  });

  test('a person is told who asks, for what, and where it goes on; no text becomes HTML', () => {
    const html = String(pages.consent.body);
    expect(html).toContain('Allow Acme &quot;Sync&quot; &lt;beta&gt;?');
    expect(html).toContain('robin@example.com');
    expect(html).toContain('<code>constructor</code>');
    expect(html).toContain('sent back to app.example');
  });
});

test('no two vendors look alike, and one that plays a document always looks the same', () => {
  const sheets = themes.map((theme) => /<style>[\s\S]*<\/style>/.exec(String(pagesOf(theme).login.body))?.[0]);
  expect(new Set(sheets).size).toBe(themes.length);
  expect(new Set(vendorThemes.map(({ layout }) => layout)).size).toBe(vendorThemes.length);
  expect(genericTheme({ key: 'ledger', name: 'Ledger' })).toEqual(genericTheme({ key: 'ledger', name: 'Ledger' }));
});

describe('over HTTP', () => {
  let running: TestSandbox;
  beforeAll(async () => {
    running = await startTestSandbox();
  });
  afterAll(() => running.close());

  test('the pages name the host that was called, the scopes in words, and where the person is sent back to', async () => {
    const query =
      'response_type=code&client_id=valence_sandbox&redirect_uri=https://app.example/cb&scope=read%20odd:write';
    const url = `https://acme.zendesk.com/oauth/authorizations/new?${query}`;
    expect((await running.call(url)).text).toContain('acme.zendesk.com');
    const { email, password } = robin;
    const consent = await running.postForm(url, { step: 'login', username: email, password });
    expect(consent.text).toContain('See tickets, people and articles <code>read</code>');
    expect(consent.text).toContain('<li><code>odd:write</code></li>');
    expect(consent.text).toContain('sent back to app.example');
  });

  test('cookies that a browser has of other servers on this machine are not kept; those of programs are', async () => {
    const url = 'https://acme.zendesk.com/oauth/authorizations/new';
    await running.control('DELETE', 'requests');
    // fetch does not let a program say how a page is opened
    await getRaw(url.replace('https:/', running.sandbox.url), {
      'sec-fetch-mode': 'navigate',
      cookie: 'session=secret',
    });
    await getRaw(url.replace('https:/', running.sandbox.url), { cookie: 'session=vendor' });
    const log = (await running.control('GET', 'requests')).json as { headers: Record<string, string> }[];
    expect(log.map(({ headers }) => headers['cookie'])).toEqual([undefined, 'session=vendor']);
  });
});

async function getRaw(url: string, headers: Record<string, string>): Promise<void> {
  const [answer] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
}

describe('colours can be read', () => {
  const hues = Array.from({ length: 400 }, (_, index) => genericTheme({ key: `element${index}`, name: 'Any' }));
  test.each(['light', 'dark'] as const)('%s', (scheme) => {
    const wrong = [...vendorThemes, ...hues].flatMap((theme) =>
      faintColours(theme[scheme]).map((fault) => [theme.name, fault]),
    );
    expect(wrong).toEqual([]);
  });
});

/** The pairs of a palette that are too close to each other (WCAG 2.2, 1.4.3 and 1.4.11). */
function faintColours(palette: Palette): string[] {
  const { page, panel, text, muted, line, accent, onAccent, link, brand, onBrand } = palette;
  const pairs: [name: string, front: string, back: string, least: number][] = [
    ['text', text, panel, 4.5],
    ['muted', muted, panel, 4.5],
    ['link', link, panel, 4.5],
    ['foot', muted, page, 4.5],
    ['button', onAccent, accent, 4.5],
    ['field', line, panel, 3],
    ['brand begins', onBrand, brand[0], 4.5],
    ['brand ends', onBrand, brand[1], 4.5],
  ];
  return pairs.filter(([, front, back, least]) => contrast(front, back) < least).map(([name]) => name);
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** The relative luminance of `#rrggbb` or `oklch(l c h)`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = colour.startsWith('#') ? fromHex(colour) : fromOklch(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function fromHex(colour: string): number[] {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  return parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
}

/** CSS Color 4, section 9.2: linear light, cut to what a screen can show. */
function fromOklch(colour: string): number[] {
  const [lightness = 0, chroma = 0, hue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ].map((part) => Math.min(1, Math.max(0, part)));
}
