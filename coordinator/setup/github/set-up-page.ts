/**
 * The two pages on loopback that a browser meets while an App is made: one that hands the manifest to GitHub, and one
 * to which GitHub sends back with a code. Another user of this computer must not learn the `state` that tells our answer
 * from one that somebody planted. It is in no page but the first, whose address nobody can guess; but a browser is handed
 * that address as an argument, which anybody here can read. So the first page is shown once: a second opening says that
 * one of the two was not the person's, and ends it all, whoever of them was first. What comes back before the person's
 * browser is there cannot be told apart: the terminal says at once that an App was made, and whose it is.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isManifestCode } from '../../github/convert-manifest.ts';
import { listen } from '../../http/listener.ts';
import type { Manifest } from './manifest.ts';

export type Refusal =
  /** Somebody came back with another state, or without a code. */
  | 'foreign'
  /** The link was opened a second time: from now on nothing is taken any more. */
  | 'opened-twice';

export type SetUpPage = {
  /** For the person's browser. */
  link: string;
  port: number;
  /** The code, once GitHub has sent somebody back with the right `state`. Never rejects. */
  code: Promise<string>;
  /** Reads the address that a browser could not open, or the code out of it; null: it is not of this set-up, or that is over. */
  readPasted(text: string): string | null;
  close(): Promise<void>;
};

type Options = {
  port: number;
  /** Where the form goes: a page of GitHub's. */
  newAppUrl: string;
  manifestFor(redirectUrl: string): Manifest;
  onRefused(why: Refusal): void;
};

/** @throws ListenError */
export async function openSetUpPage({
  port,
  newAppUrl,
  manifestFor,
  onRefused,
}: Options): Promise<SetUpPage> {
  const listener = await listen('the page of the set-up', { host: '127.0.0.1', port });
  const [secret, state] = [randomBytes(24).toString('base64url'), randomBytes(32).toString('base64url')];
  const arrived = Promise.withResolvers<string>();
  const manifest = manifestFor(`${listener.url}/created`);
  const action = `${newAppUrl}?state=${state}`;
  const codeOf = (query: URLSearchParams) => (isSame(query.get('state') ?? '', state) ? codeIn(query) : null);
  let openings = 0;

  listener.server.on('request', (request, response) => {
    const asked = URL.parse(request.url ?? '/', listener.url);
    // Another name for this computer would be a page of somebody else's that talks to us.
    if (!asked || !isOurs(request, listener.port) || request.method !== 'GET')
      return send(response, 400, refusedPage);
    const { pathname, searchParams } = asked;
    if (openings > 1) return send(response, 410, twicePage);
    if (isSame(pathname, `/${secret}`)) {
      // A browser that looks ahead is nobody who has opened it, and is shown nothing.
      if (/prefetch|prerender/.test(String(request.headers['sec-purpose'])))
        return send(response, 503, refusedPage);
      if (++openings === 1) return send(response, 200, formPage(manifest, action), action);
      // Who hears of it closes the page: not before it is shown.
      response.once('close', () => onRefused('opened-twice'));
      return send(response, 410, twicePage);
    }
    if (pathname !== '/created') return send(response, 404, refusedPage);
    const code = codeOf(searchParams);
    if (code === null) onRefused('foreign');
    // Who waits for the code closes the page: not before it is shown.
    else response.once('close', () => arrived.resolve(code));
    send(response, code === null ? 400 : 200, code === null ? refusedPage : donePage);
  });
  listener.open();
  return {
    link: `${listener.url}/${secret}`,
    port: listener.port,
    code: arrived.promise,
    readPasted(text) {
      if (openings > 1) return null;
      const pasted = text.trim();
      return URL.canParse(pasted)
        ? codeOf(new URL(pasted).searchParams)
        : isManifestCode(pasted)
          ? pasted
          : null;
    },
    close: listener.close,
  };
}

const codeIn = (query: URLSearchParams): string | null => {
  const code = query.get('code') ?? '';
  return isManifestCode(code) ? code : null;
};

/** Takes the same time for every wrong text of the right length. */
function isSame(shown: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const isOurs = ({ headers }: IncomingMessage, port: number): boolean =>
  headers.host === `127.0.0.1:${port}` || headers.host === `localhost:${port}`;

function send(response: ServerResponse, status: number, page: string, action?: string): void {
  // Browsers hold redirects after a form to this as well: a login elsewhere on the way, and the way back to us.
  const forms = action ? `${new URL(action).origin} https: 'self'` : "'none'";
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action ${forms}; frame-ancestors 'none'; base-uri 'none'`,
    'cache-control': 'no-store',
    // GitHub may want to know where a form comes from; the path of ours is nobody's business.
    'referrer-policy': 'strict-origin',
    'x-content-type-options': 'nosniff',
  });
  response.end(page);
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`);

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}' +
  'h1{font-size:1.5rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.5rem 1.5rem;margin:1.5rem 0}' +
  'dt{opacity:.7}dd{margin:0}' +
  'button{font:inherit;font-weight:600;padding:.5rem 1.25rem;border:0;border-radius:6px;color:#fff;background:#2f5d50}' +
  'button:focus-visible{outline:3px solid #5d9a88;outline-offset:2px}';

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${title} · Paddock</title><style>${style}</style><main><h1>${title}</h1>${body}</main></html>`;

function formPage(manifest: Manifest, action: string): string {
  const { default_permissions: permissions, default_events: events, hook_attributes: hook } = manifest;
  const listed = Object.entries(permissions).map(([name, level]) => `${name}: ${level}`);
  const rows = [
    ['name', manifest.name],
    ['permissions', listed.join(', ')],
    ['webhook', hook.active ? `${hook.url}, for ${events.join(', ')}` : 'none'],
  ].map(([name = '', value = '']) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`);
  return page(
    'Make the App',
    `<p>GitHub asks for its name once more, and makes it. Nothing is installed by that.</p><dl>${rows.join('')}</dl>` +
      `<form action="${escaped(action)}" method="post"><input type="hidden" name="manifest" value="${escaped(JSON.stringify(manifest))}">` +
      '<button autofocus>Go on at GitHub</button></form>',
  );
}

const donePage = page('The App is made', '<p>Go back to the terminal: it goes on there.</p>');
const twicePage = page(
  'Opened twice',
  '<p>This link was opened before, perhaps by somebody else. Nothing is taken any more: begin again in the terminal.</p>',
);
const refusedPage = page('Not of this set-up', '<p>Open the link that the terminal shows.</p>');
