// A page of somebody else's, at another origin than the platform: it loads connect.js and keeps what it is told.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page of another origin. */
export interface ThirdPartyPage {
  /** its origins: the same page at two names, of which a test may allow one */
  origins: { localhost: string; address: string };
  close(): Promise<void>;
}

/** Serves a page that loads the script of a platform, under a policy as strict as it can be with it. */
export async function serveThirdPartyPage(platformUrl: string): Promise<ThirdPartyPage> {
  const server = createServer((request, response) => {
    if (request.url === '/own.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(ownScript);
      return;
    }
    response.setHeader('content-type', 'text/html');
    response.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src 'self' ${platformUrl}; frame-src ${platformUrl}; connect-src ${platformUrl}`,
    );
    response.end(`<!doctype html><html lang="en"><title>Their page</title>
<script src="${platformUrl}/connect.js"></script><script src="/own.js"></script>
<main><h1>Integrations</h1><button id="popup">In a window</button><button id="frame">In a frame</button></main></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origins: { localhost: `http://localhost:${port}`, address: `http://127.0.0.1:${port}` },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const ownScript = `
window.told = [];
for (const mode of ['popup', 'frame']) {
  addEventListener('DOMContentLoaded', () => {
    document.getElementById(mode).addEventListener('click', () => {
      const tell = (name) => (outcome) => window.told.push({ name, ...outcome });
      window.outcome = Valence.open({
        session: window.session,
        mode,
        onConnected: tell('onConnected'),
        onCancelled: tell('onCancelled'),
        onFailed: tell('onFailed'),
      });
    });
  });
}`;
