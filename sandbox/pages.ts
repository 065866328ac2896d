// The pages a person sees at a simulated vendor: login, consent, and what went wrong. Plain forms without scripts.
// The forms have no action, so a browser posts to the page's own URL, host prefix and query included.

import type { Answer } from './vendor.ts';

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; background: #f3f4f6; color: #111827; margin: 0; padding: 2rem 1rem; }
  main { max-width: 26rem; margin: 0 auto; background: #fff; padding: 1.5rem 2rem 2rem; border: 1px solid #d1d5db; border-radius: 8px; }
  .sandbox { background: #fef3c7; border: 1px solid #b45309; color: #78350f; padding: .5rem .75rem; border-radius: 4px; margin: 0 0 1rem; }
  h1 { font-size: 1.3rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
  label { display: block; font-weight: 600; margin-top: .75rem; }
  input { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; border: 1px solid #6b7280; border-radius: 4px; }
  button { font: inherit; padding: .5rem 1.25rem; margin: 1.25rem .5rem 0 0; border: 1px solid #1d4ed8; border-radius: 4px; background: #1d4ed8; color: #fff; cursor: pointer; }
  button.plain { background: #fff; color: #1d4ed8; }
  :focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px; }
  .wrong { color: #b91c1c; font-weight: 600; }
  li, code { overflow-wrap: anywhere; }`;

function escapeHtml(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return value.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function page(status: number, title: string, content: string): Answer {
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} (sandbox)</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="sandbox" role="note">This is the Valence sandbox, not the real vendor.</p>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
</body>
</html>
`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  };
  return { status, headers, body };
}

/** The login page, its fields filled in with a preset person; says so when the last try was wrong. */
export function loginPage(vendorName: string, prefilled: { email: string; password: string }, wrong: boolean): Answer {
  const message = wrong ? '<p class="wrong" role="alert">That user name and password do not fit.</p>' : '';
  return page(
    200,
    `Log in to ${vendorName}`,
    `${message}
<form method="post">
<input type="hidden" name="step" value="login">
<label for="username">User name</label>
<input id="username" name="username" type="email" autocomplete="username" required value="${escapeHtml(prefilled.email)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required value="${escapeHtml(prefilled.password)}">
<button type="submit">Log in</button>
</form>`,
  );
}

/** The consent page: who asks for what, Allow and Deny. */
export function consentPage(details: {
  vendorName: string;
  applicationName: string;
  person: string;
  scopes: readonly string[];
  ticket: string;
}): Answer {
  const scopes = details.scopes.map((scope) => `<li><code>${escapeHtml(scope)}</code></li>`).join('');
  const asked = scopes === '' ? '<p>It asks for access to your account.</p>' : `<p>It asks for:</p><ul>${scopes}</ul>`;
  return page(
    200,
    `Allow ${details.applicationName}?`,
    `<p>You are logged in to ${escapeHtml(details.vendorName)} as ${escapeHtml(details.person)}.</p>
${asked}
<form method="post">
<input type="hidden" name="step" value="consent">
<input type="hidden" name="ticket" value="${escapeHtml(details.ticket)}">
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny" class="plain">Deny</button>
</form>`,
  );
}

/** The page for a request that must not be sent back to the application (RFC 6749 section 4.1.2.1). */
export function errorPage(vendorName: string, message: string): Answer {
  return page(
    400,
    `${vendorName} cannot answer this request`,
    `<p class="wrong" role="alert">${escapeHtml(message)}</p>`,
  );
}

/** The page that shows a verifier to a person whose application has no callback (RFC 5849 section 2.2, `oob`). */
export function verifierPage(vendorName: string, verifier: string): Answer {
  return page(
    200,
    `${vendorName}: enter this code`,
    `<p>Type it into your application:</p><p><code>${escapeHtml(verifier)}</code></p>`,
  );
}
