import { spawn } from 'node:child_process';
import { signInLink } from '#shared/api.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { texts } from '../texts.ts';

export type OpenOptions = { print?: boolean; json?: boolean };

/** Makes a link that signs one browser in, prints it, and opens it where there is a screen to open it on. */
export async function open(context: Context, options: OpenOptions): Promise<ExitCode> {
  const { terminal } = context;
  const client = await clientFor(context);
  const link = await client.post('/api/v1/links', signInLink);
  if (options.json) {
    printJson(context, link);
    return exitCodes.ok;
  }
  terminal.note(texts.signIn(Math.max(1, Math.round((link.expiresAt - Date.now()) / 60_000))));
  terminal.line(link.url);
  if (!options.print) await showInBrowser(context, link.url);
  return exitCodes.ok;
}

/** Where a person watches and a browser can come up; the link is printed anyway. */
export async function showInBrowser({ terminal, environment }: Context, url: string): Promise<void> {
  const browser = terminal.isScreen ? browserCommand(process.platform, environment) : null;
  if (browser) await start([...browser, url]);
}

/** The program that shows a URL to the person in front of this computer; null over SSH and the like. */
export function browserCommand(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] | null {
  if (env.SSH_CONNECTION) return null;
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : null;
}

/** The link is printed already, so that a browser that does not start is no loss. */
function start([program = '', ...args]: string[]): Promise<void> {
  return new Promise(resolve => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve());
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
