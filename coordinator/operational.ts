import { AccessError } from './access/errors.ts';
import { BusError } from './bus/errors.ts';
import { ConfigError } from './config/errors.ts';
import { ListenError } from './http/listener.ts';
import { SetupError } from './setup/errors.ts';
import { GithubSetUpError } from './setup/github/errors.ts';
import { ScenarioError } from './simulate/scenario.ts';
import { StoreError } from './store/errors.ts';
import { TlsError } from './tls/errors.ts';

const operational = [
  AccessError,
  BusError,
  ConfigError,
  GithubSetUpError,
  ListenError,
  ScenarioError,
  SetupError,
  StoreError,
  TlsError,
];

/** What kept a coordinator from starting, in words that say what to do; null for anything else, which is a bug. */
export function sentenceOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof ConfigError) return `The configuration cannot be used:\n${indented(error.message)}`;
  if (operational.some(kind => error instanceof kind)) return error.message;
  return sentenceOfSystem(error as NodeJS.ErrnoException);
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

/** Failures of the data directory that no part has put into words of its own. */
function sentenceOfSystem({ code, path }: NodeJS.ErrnoException): string | null {
  const place = path ?? 'the data directory';
  switch (code) {
    case 'ENOSPC':
      return `no space left for ${place}; nothing was lost: free some space and start again`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${place} cannot be written (${code}); check its owner and permissions, or choose another one (PADDOCK_DATA)`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${place} is not a directory; choose another one (PADDOCK_DATA)`;
    default:
      return null;
  }
}
