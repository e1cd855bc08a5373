import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { libvirtUri } from '#shared/libvirt-uri.ts';
import { type Isolation, isolation } from '#shared/machine.ts';
import { type Mirror, mirrorIn, mirrorText } from '#shared/mirror.ts';
import { ConfigurationInvalid } from './errors.ts';

const path = z
  .string()
  .min(1)
  .transform(text => resolve(text));

const settings = z.object({
  /** The state directory (see `state-directory.ts`). */
  PADDOCK_STATE: path,
  /** The coordinator's machine listener. */
  PADDOCK_ENROL_URL: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }),
  /** Holds the join token; needed until the host has its first credential. */
  PADDOCK_JOIN_TOKEN_FILE: path.optional(),
  /** The guest agent's bundle, for the process driver. */
  PADDOCK_GUEST_BUNDLE: path,
  /** Which libvirt makes virtual machines; without it this host has none. */
  PADDOCK_LIBVIRT_URI: libvirtUri.optional(),
  /** Package mirrors (`name:port`, with spaces between them) that virtual machines of an image with `egress` reach. */
  PADDOCK_MIRRORS: z
    .string()
    .default('')
    .transform(text => text.split(/\s+/).filter(word => word !== ''))
    .pipe(z.array(mirrorText))
    .transform(texts => texts.flatMap(text => mirrorIn(text) ?? [])),
  /** A directory of executables that make machines (see docs/command-driver.md); without it this host has none. */
  PADDOCK_COMMAND_DRIVER: path.optional(),
  /** What separates those machines from each other and from this host. */
  PADDOCK_COMMAND_ISOLATION: isolation.default('none'),
  /** A file that names computers to reach by ssh (see docs/ssh-driver.md); without it this host has none. */
  PADDOCK_COMPUTERS: path.optional(),
  /** What runs on such a computer, for this host; default: `outpost.cjs` beside the guest agent's bundle. */
  PADDOCK_OUTPOST_BUNDLE: path.optional(),
  /** The guest agent that works on such a computer from here; default: `proxy.cjs` beside the guest agent's bundle. */
  PADDOCK_PROXY_BUNDLE: path.optional(),
  /** Certificates that Node believes besides its own; guests believe them too. */
  NODE_EXTRA_CA_CERTS: path.optional(),
  HOME: z.string().default('/'),
  XDG_RUNTIME_DIR: z.string().default(''),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
  LANG: z.string().default('C.UTF-8'),
});

export type HostConfig = {
  state: string;
  enrolUrl: string;
  joinTokenFile: string | null;
  guestBundle: string;
  /** A file of certificates that this agent believes besides the usual ones, and its guests with it; null: none. */
  extraCaFile: string | null;
  /** Null: no virtual machines here. */
  libvirt: {
    uri: string;
    mirrors: Mirror[];
    home: string;
    runtimeDirectory: string;
  } | null;
  /** Null: no machines by commands here. */
  command: { directory: string; isolation: Isolation; home: string } | null;
  /** Null: no computers elsewhere. */
  ssh: { file: string; outpostBundle: string; proxyBundle: string } | null;
  /** What of this agent's own environment its guests get. */
  surroundings: { path: string; lang: string };
};

/** Reads the configuration from the environment. Throws `ConfigurationInvalid` with every problem at once. */
export function readConfig(environment: Record<string, string | undefined>): HostConfig {
  const parsed = settings.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) => `  ${String(name)}: ${message}`);
    throw new ConfigurationInvalid(`the host agent's configuration is wrong:\n${problems.join('\n')}`);
  }
  const { data } = parsed;
  return {
    state: data.PADDOCK_STATE,
    enrolUrl: data.PADDOCK_ENROL_URL,
    joinTokenFile: data.PADDOCK_JOIN_TOKEN_FILE ?? null,
    guestBundle: data.PADDOCK_GUEST_BUNDLE,
    extraCaFile: data.NODE_EXTRA_CA_CERTS ?? null,
    libvirt:
      data.PADDOCK_LIBVIRT_URI === undefined
        ? null
        : {
            uri: data.PADDOCK_LIBVIRT_URI,
            mirrors: data.PADDOCK_MIRRORS,
            home: data.HOME,
            runtimeDirectory: data.XDG_RUNTIME_DIR,
          },
    command:
      data.PADDOCK_COMMAND_DRIVER === undefined
        ? null
        : {
            directory: data.PADDOCK_COMMAND_DRIVER,
            isolation: data.PADDOCK_COMMAND_ISOLATION,
            home: data.HOME,
          },
    ssh:
      data.PADDOCK_COMPUTERS === undefined
        ? null
        : {
            file: data.PADDOCK_COMPUTERS,
            outpostBundle:
              data.PADDOCK_OUTPOST_BUNDLE ?? join(dirname(data.PADDOCK_GUEST_BUNDLE), 'outpost.cjs'),
            proxyBundle: data.PADDOCK_PROXY_BUNDLE ?? join(dirname(data.PADDOCK_GUEST_BUNDLE), 'proxy.cjs'),
          },
    surroundings: { path: data.PATH, lang: data.LANG },
  };
}
