// The pages a person sees at a simulated vendor: login, consent, and what went wrong. Plain forms without scripts.
// The forms have no action, so a browser posts to the page's own URL, host prefix and query included. Fields are filled in and
// the focus is on the button, so that Enter is all it takes.

import { createHash } from 'node:crypto';
import { type Account, fullName } from './accounts.ts';
import { styleSheet } from './page-style.ts';
import type { Theme } from './theme.ts';
import type { Answer } from './vendor.ts';

/** What a person is asked for. */
export interface AccessRequest {
  theme: Theme;
  /** the vendor's host that asks */
  host: string;
  applicationName: string;
  scopes: readonly string[];
  /** the host that the person is sent back to; undefined when nobody is */
  returnsTo: string | undefined;
}

/** The login page, its fields filled in with a preset person; says so when the last try was wrong. */
export function loginPage(
  request: AccessRequest,
  prefilled: { email: string; password: string },
  wrong: boolean,
): Answer {
  const { theme, host, applicationName } = request;
  const message = wrong ? '<p class="wrong" role="alert">That user name and password do not fit.</p>' : '';
  return page(
    theme,
    host,
    200,
    `Log in to ${theme.name}`,
    `<h1>Log in to ${escapeHtml(theme.name)}</h1>
<p class="lead">to continue to ${escapeHtml(applicationName)}</p>
${message}
<form method="post">
<input type="hidden" name="step" value="login">
<label for="username">${escapeHtml(theme.userNameLabel)}</label>
<input id="username" name="username" type="email" autocomplete="username" required value="${escapeHtml(prefilled.email)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required value="${escapeHtml(prefilled.password)}">
<button type="submit" class="log-in" autofocus>Log in</button>
</form>
<p class="fine">The sandbox has filled this in: press Enter.</p>`,
  );
}

/** The consent page: who asks for what, Allow and Deny. */
export function consentPage(request: AccessRequest, account: Account, ticket: string): Answer {
  const { theme, host, applicationName, scopes, returnsTo } = request;
  const asked =
    scopes.length === 0
      ? '<p>It asks for access to your account.</p>'
      : `<p class="asks">It asks for these permissions:</p>\n<ul class="scopes">${scopes.map((scope) => scopeItem(theme, scope)).join('')}</ul>`;
  const goesBack =
    returnsTo === undefined ? '' : `<p class="fine">You will be sent back to ${escapeHtml(returnsTo)}.</p>`;
  return page(
    theme,
    host,
    200,
    `Allow ${applicationName}?`,
    `<div class="asking"><span class="application" aria-hidden="true">${initials(applicationName, 1)}</span>
<h1>Allow ${escapeHtml(applicationName)}?</h1></div>
<p class="lead">It wants to use your ${escapeHtml(theme.name)} account.</p>
<div class="person"><span class="person-mark" aria-hidden="true">${initials(fullName(account), 2)}</span>
<span><span class="person-name">${escapeHtml(fullName(account))}</span><span class="person-email">${escapeHtml(account.email)}</span></span></div>
${asked}
<form method="post">
<input type="hidden" name="step" value="consent">
<input type="hidden" name="ticket" value="${escapeHtml(ticket)}">
<div class="decision">
<button type="submit" name="decision" value="allow" autofocus>Allow</button>
<button type="submit" name="decision" value="deny" class="plain">Deny</button>
</div>
</form>
${goesBack}`,
  );
}

function scopeItem(theme: Theme, scope: string): string {
  const code = `<code>${escapeHtml(scope)}</code>`;
  const words = theme.scopes.get(scope);
  return `<li>${words === undefined ? code : `${escapeHtml(words)} ${code}`}</li>`;
}

/** The page for a request that must not be sent back to the application (RFC 6749 section 4.1.2.1). */
export function errorPage(theme: Theme, message: string): Answer {
  return page(
    theme,
    theme.name,
    400,
    `${theme.name} cannot answer this request`,
    `<h1>${escapeHtml(theme.name)} cannot answer this request</h1>
<p class="wrong" role="alert">${escapeHtml(message)}</p>
<p class="fine">Nothing was shared. Close this page and begin again where you came from.</p>`,
  );
}

/** The page that shows a verifier to a person whose application has no callback (RFC 5849 section 2.2, `oob`). */
export function verifierPage(theme: Theme, verifier: string): Answer {
  return page(
    theme,
    theme.name,
    200,
    `${theme.name}: enter this code`,
    `<h1>Enter this code</h1>
<p class="lead">Type it into the application that you allowed:</p>
<p class="verifier"><code>${escapeHtml(verifier)}</code></p>
<p class="fine">It works once. You can close this page afterwards.</p>`,
  );
}

/** `place` is what the foot of the page names: the vendor's host, or the vendor. */
function page(theme: Theme, place: string, status: number, title: string, content: string): Answer {
  const style = styleSheet(theme);
  const name = escapeHtml(theme.name);
  const side =
    theme.layout === 'split' ? `<aside class="side" aria-label="About"><p>${escapeHtml(theme.slogan)}</p></aside>` : '';
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} (sandbox)</title>
<link rel="icon" href="${icon(theme)}">
<style>${style}</style>
</head>
<body>
<header><p class="banner"><strong>Valence sandbox</strong>, not the real ${name}</p></header>
<div class="frame">
<main>
<p class="wordmark">${mark(theme)}<span>${escapeHtml(theme.wordmark)}</span></p>
<div class="panel">
${content}
</div>
</main>
${side}
</div>
<footer>Simulated ${escapeHtml(place)}</footer>
</body>
</html>
`;
  const digest = createHash('sha256').update(style).digest('base64');
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    // No form-action: browsers would hold the redirect to the application's callback to it, too.
    'content-security-policy': `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return { status, headers, body };
}

/** The vendor's mark; it takes the colour of the scheme. */
function mark({ mark: drawn }: Theme): string {
  const drawing =
    'path' in drawn
      ? `<path d="${drawn.path}" fill="currentColor" fill-rule="evenodd"/>`
      : `<rect width="24" height="24" rx="6" fill="currentColor" opacity=".16"/>${letters(drawn.letters)}`;
  return `<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">${drawing}</svg>`;
}

function letters(text: string): string {
  return `<text x="12" y="16.2" text-anchor="middle" font-size="11" font-weight="700" fill="currentColor">${escapeHtml(text)}</text>`;
}

/** The mark for the browser's tab. */
function icon({ mark: drawn, light }: Theme): string {
  const drawing =
    'path' in drawn
      ? `<path d="${drawn.path}" fill-rule="evenodd"/>`
      : letters(drawn.letters).replace(' fill="currentColor"', '');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="${light.brand[0]}">${drawing}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function initials(name: string, count: number): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  return escapeHtml(
    words
      .slice(0, count)
      .map((word) => [...word][0] ?? '')
      .join('')
      .toUpperCase(),
  );
}

function escapeHtml(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return value.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
