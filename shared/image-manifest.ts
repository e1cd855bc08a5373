/**
 * `images/<name>/image.yaml`: one operating system, ready to take a job. Registered at the coordinator, never named in a
 * tested repository beyond its own name. A key that does not work yet is refused by name, and so is one that the driver
 * cannot keep: `egress: none` on a machine that isolates nothing would be believed. The descriptions are the guide's.
 */
import * as z from 'zod';
import { duration } from './duration.ts';
import { gate } from './forge-status.ts';
import { type HostTraits, labels, noTraits, resources } from './host-traits.ts';
import { imageName, sha256, slug } from './ids.ts';
import { limits } from './limits.ts';
import { type Isolation, reuse } from './machine.ts';
import { sizeMiB } from './size.ts';
import { hostKey, nodePath } from './ssh-login.ts';

export const driverName = z.enum(['process', 'libvirt', 'ssh', 'command']);
export type DriverName = z.infer<typeof driverName>;

/** What separates machines of a driver; of a command what it says when nobody says more. */
export const isolationBy: Record<DriverName, Isolation> = {
  libvirt: 'vm',
  ssh: 'user',
  process: 'none',
  command: 'none',
};

const repositoryPattern = z
  .string()
  .regex(/^[\w.*-]+(?:\/[\w.*-]+)?$/, 'expected owner/name, owner/* or *')
  .meta({ title: 'owner/name' });

/** What a VM starts from: a folder's own file, or one of an address, which then has to say what it must be. */
export const imageFile = z
  .strictObject({
    path: z.string().min(1).optional(),
    url: z.url({ protocol: /^https?$/, error: 'expected http://… or https://…' }).optional(),
    sha256: sha256.optional(),
  })
  .meta({ title: 'path, or url and sha256' });

export const egress = z.enum(['none', 'mirror-only', 'open']);
export type Egress = z.infer<typeof egress>;

const machinePart = z.strictObject({
  driver: driverName.describe('what makes machines of this image'),
  cpus: z.number().int().min(1).max(256).optional().describe('of a VM; default `1`'),
  memory: sizeMiB.optional().describe('of a VM; default `1GiB`'),
  disk: sizeMiB.optional().describe('of a VM'),
  firmware: z
    .enum(['bios', 'uefi'])
    .optional()
    .describe('what starts the boot loader on the disk of a VM, when `kernel` is not given; default `bios`'),
  console: z
    .enum(['serial', 'none'])
    .optional()
    .describe(
      'what a VM has to speak on; `serial` is kept as evidence; `none`: no serial port, and a display of which a picture is kept; default `serial`',
    ),
  egress: egress
    .optional()
    .describe(
      'what a VM reaches beyond its coordinator, by a proxy that its steps are told of; `mirror-only`: the mirrors that its host names; `open`: the internet, and no private network; default `none`',
    ),
  labels: labels
    .optional()
    .describe('a host must have them all, such as `{ site: berlin }`; administrators say which it has'),
  resources: resources
    .optional()
    .describe('what one machine takes of what its host has a counted number of, such as `{ gpu: 1 }`'),
  reuse: reuse
    .default('single-use')
    .describe(
      '`single-use`: one attempt, then it is destroyed; `static`: it stays, and keeps the home of its user; it ends all the same after a job that was given secrets',
    ),
});

const bootPart = z.strictObject({
  identity: z
    .enum(['config-disk', 'nocloud', 'ssh'])
    .optional()
    .describe(
      'how a VM learns which machine it is; `config-disk`, the default: its disk knows that disk; `nocloud`: it has cloud-init or the like, and Node; `ssh`: it does not, and is told nothing: its host logs in and starts the agent',
    ),
  ssh: z
    .strictObject({
      key: imageFile.describe(
        "the private key that the disk lets in as `agent.user`, without a passphrase; a `path` is a file of the image's folder",
      ),
      'host-key': hostKey
        .meta({ title: 'public key' })
        .optional()
        .describe('the key that its SSH server shows, where that is on the disk; default: any is believed'),
      node: nodePath
        .meta({ title: 'path' })
        .optional()
        .describe('where Node 18 or newer is on the disk; default `node`'),
    })
    .optional()
    .describe('how its host logs in to a VM with `identity: ssh`'),
  deadline: duration
    .optional()
    .describe(
      `a machine that has not reported in by then is destroyed; default \`${limits.bootDeadlineMs / 1_000}s\``,
    ),
  kernel: imageFile.optional().describe('of a VM that is started without a boot loader; with `initrd`'),
  initrd: imageFile.optional(),
  'command-line': z.string().max(2_000).optional().describe('what such a kernel is told'),
  warm: z
    .enum(['snapshot', 'boot', 'none'])
    .optional()
    .describe(
      'what the ready VMs of a pool come from: `boot`, the default, or clones of a `snapshot`; how many are kept is `warm` of the pool. `none`, for any driver: none are kept, whatever the pool says',
    ),
});

const manifest = z.strictObject({
  name: slug.describe('what suites and statuses call it, such as `openbsd-7.9`'),
  os: z.string().min(1).max(32).describe('suites read it as `PADDOCK_OS`'),
  arch: z.string().min(1).max(32).describe('suites read it as `PADDOCK_ARCH`'),
  eol: z.iso.date().optional().describe('when its makers stop supporting it; runs on it warn from then on'),
  disk: imageFile
    .extend({ format: z.enum(['qcow2', 'raw']) })
    .meta({ title: 'path, or url and sha256; format' })
    .optional()
    .describe("what a VM starts from; a `path` is a file of the image's folder"),
  machine: machinePart,
  boot: bootPart.default({}),
  agent: z
    .strictObject({
      mode: z
        .enum(['installed', 'bootstrap', 'proxy'])
        .default('installed')
        .describe(
          'how the agent comes into a VM; `installed`: its disk starts it; `bootstrap`, with `boot.identity: ssh`: its host brings it; `proxy`, with `driver: ssh`: it does not, and works on a computer without Node from its host',
        ),
      user: z
        .string()
        .min(1)
        .max(32)
        .optional()
        .describe('who runs the steps in a VM, and logs in to one by ssh'),
      shell: z
        .array(z.string().min(1))
        .min(1)
        .default(['/bin/sh', '-e'])
        .describe('what runs a step: these words, then `-c` and its command'),
      source: z
        .enum(['auto', 'archive'])
        .default('auto')
        .describe(
          '`auto`: by git where the machine has it; `archive`: always the files of exactly the commit, without history. Untrusted changes always come as an archive',
        ),
    })
    .prefault({}),
  serves: z
    .strictObject({
      repositories: z.array(repositoryPattern).min(1).default(['*']).describe('whose suites it takes'),
      suites: z
        .union([z.literal('all'), z.array(slug).min(1)])
        .default('all')
        .describe('which suites it takes'),
      gate: gate
        .default('advisory')
        .describe(
          'whether a merge has to wait for it: the status `paddock` speaks for the jobs on all images that are `required`, and branch protection need name no other',
        ),
    })
    .prefault({}),
});

type Manifest = z.output<typeof manifest>;

const proxyRefused = '`mode: proxy` is for computers that are reached by ssh (`driver: ssh`); remove it';

const proxyRefusedForVms =
  '`mode: proxy` does not work for VMs in this version of Paddock: their disks need Node 18 or newer; a system without it can be a computer that stays (`driver: ssh`)';

/** An agent that works on another computer, which runs none: only where that is reached by ssh. */
const isProxied = (driver: DriverName, mode: Manifest['agent']['mode']): boolean =>
  driver === 'ssh' && mode === 'proxy';

/** What only a VM has. */
const ofVmsOnly = ({ disk, machine, boot, agent }: Manifest): [key: string[], isWritten: boolean][] => [
  [['disk'], disk !== undefined],
  ...(['cpus', 'memory', 'disk', 'firmware', 'console', 'egress'] as const).map(
    (key): [string[], boolean] => [['machine', key], machine[key] !== undefined],
  ),
  [['boot', 'identity'], boot.identity !== undefined],
  [['boot', 'ssh'], boot.ssh !== undefined],
  // That none are kept ready is as true of any other machine.
  [['boot', 'warm'], boot.warm !== undefined && boot.warm !== 'none'],
  ...(['kernel', 'initrd', 'command-line'] as const).map((key): [string[], boolean] => [
    ['boot', key],
    boot[key] !== undefined,
  ]),
  [['agent', 'mode'], agent.mode !== 'installed' && !isProxied(machine.driver, agent.mode)],
  [['agent', 'user'], agent.user !== undefined],
];

/** What commands are told and can be held to; whether they keep an `egress`, say, nobody here would see. */
const keptByCommands: readonly string[] = ['machine.cpus', 'machine.memory', 'machine.disk', 'agent.user'];

const whyNot = {
  process: ': the process driver runs suites as processes of its host and isolates nothing',
  ssh: ': the ssh driver takes a computer as it is, and the user that the host logs in as',
  command: " of libvirt: commands know by the image's name what to make",
} satisfies Record<Exclude<DriverName, 'libvirt'>, string>;

const isArm = (arch: string): boolean => /^(aarch64|arm64)$/i.test(arch);

/** `identity: ssh`, `mode: bootstrap`, a key and a user are one thing, written in four places. */
function problemsOfLogin({ boot, agent }: Manifest): { path: string[]; message: string }[] {
  const isBrought = boot.identity === 'ssh';
  const rules: [isBroken: boolean, path: string[], message: string][] = [
    [
      isBrought && !boot.ssh,
      ['boot', 'ssh'],
      'to log in its host needs a key that the disk knows: write `ssh: { key: { path: … } }`',
    ],
    [
      isBrought && agent.user === undefined,
      ['agent', 'user'],
      'to log in its host needs a user of the disk: write `user: …`',
    ],
    [
      isBrought && agent.mode === 'installed',
      ['agent', 'mode'],
      'with `identity: ssh` the agent is brought: write `mode: bootstrap`; an agent that the disk starts learns who it is by `identity: config-disk` or `nocloud`',
    ],
    [
      !isBrought && agent.mode === 'bootstrap',
      ['agent', 'mode'],
      'an agent is brought over ssh: write `identity: ssh` under `boot`, or remove `mode`',
    ],
    [
      !isBrought && boot.ssh !== undefined,
      ['boot', 'ssh'],
      'nobody logs in: write `identity: ssh` beside it, or remove it',
    ],
    [
      isBrought && boot.warm === 'snapshot',
      ['boot', 'warm'],
      'a system that starts an SSH server has booted before it could wait',
    ],
  ];
  return rules.flatMap(([isBroken, path, message]) => (isBroken ? [{ path, message }] : []));
}

/** Where a file is had from must be one place, and one that others keep must be known by its digest. */
function checkVirtual(image: Manifest, context: z.RefinementCtx): void {
  const { disk, boot, machine } = image;
  const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (image.agent.mode === 'proxy') complain(['agent', 'mode'], proxyRefusedForVms);
  for (const { path, message } of problemsOfLogin(image)) complain(path, message);
  if (!disk)
    complain(['disk'], 'a VM starts from a disk: name its `path` in this folder, or its `url` and `sha256`');
  if ((boot.kernel === undefined) !== (boot.initrd === undefined))
    complain(['boot'], '`kernel` and `initrd` go together');
  if (boot.warm === 'snapshot' && machine.console === 'none')
    complain(['boot', 'warm'], 'that a machine waits for its config disk is said on its serial console');
  if (boot.warm === 'snapshot' && boot.identity === 'nocloud')
    complain(['boot', 'warm'], 'a system that `nocloud` tells who it is has booted before it could wait');
  if (boot.warm === 'snapshot' && !boot.kernel)
    complain(
      ['boot', 'warm'],
      'a snapshot is taken of a machine whose first process waits for its config disk: it needs `kernel` and `initrd`',
    );
  if (boot.kernel && machine.firmware === 'uefi')
    complain(['machine', 'firmware'], 'a `kernel` is started without firmware; remove one of them');
  if (!boot.kernel && isArm(image.arch) && machine.firmware !== 'uefi')
    complain(
      ['machine', 'firmware'],
      '64-bit ARM knows no other firmware than `uefi`, or it takes a `kernel`',
    );
  const files = [
    [['boot', 'ssh', 'key'], boot.ssh?.key],
    [['disk'], disk],
    [['boot', 'kernel'], boot.kernel],
    [['boot', 'initrd'], boot.initrd],
  ] as const;
  for (const [path, file] of files) {
    if (!file) continue;
    if ((file.path === undefined) === (file.url === undefined))
      complain([...path], 'expected either `path` or `url`');
    if (file.url !== undefined && file.sha256 === undefined)
      complain([...path], 'a file of an address is only used when its `sha256` is known');
  }
}

/** Where nothing is written a machine has one CPU and 1 GiB. */
const withSizes = ({ machine, ...others }: Manifest) => ({
  ...others,
  machine: { ...machine, cpus: machine.cpus ?? 1, memory: machine.memory ?? 1_024 },
});

function whyRefused(path: readonly string[], { machine, agent }: Manifest): string {
  const driver = machine.driver as Exclude<DriverName, 'libvirt'>;
  if (path.join('.') === 'agent.mode' && agent.mode === 'proxy') return proxyRefused;
  return `\`${path.at(-1)}\` is for VMs${whyNot[driver]}; remove it`;
}

export const imageManifest = manifest
  .superRefine((image, context) => {
    const { driver } = image.machine;
    if (driver === 'libvirt') return checkVirtual(image, context);
    const keeps = driver === 'command' ? keptByCommands : [];
    for (const [path, isWritten] of ofVmsOnly(image))
      if (isWritten && !keeps.includes(path.join('.')))
        context.addIssue({ code: 'custom', path, message: whyRefused(path, image) });
  })
  .transform(withSizes)
  .meta({ title: 'image.yaml' });

const number = z.number().int().positive();

/** A manifest as it is kept and sent once it has been read: sizes are numbers of MiB, durations of ms. */
export const resolvedManifest: z.ZodType<ImageManifest> = manifest.extend({
  name: imageName,
  machine: machinePart.extend({ cpus: number, memory: number, disk: number.optional() }),
  boot: bootPart.extend({ deadline: number.optional() }),
});

/** The same text for the same image, in whatever order its keys were written. */
export const manifestText = (image: ImageManifest): string => JSON.stringify(resolvedManifest.parse(image));

/** What a host must have for a machine of the image. */
export const needsOf = ({
  machine: { labels = noTraits.labels, resources = noTraits.resources },
}: ImageManifest): HostTraits => ({
  labels,
  resources,
});

export type ImageManifestInput = z.input<typeof imageManifest>;
export type ImageManifest = z.output<typeof imageManifest>;

/** Whether a pattern (`acme/*`, `*`, `acme/rocket`) covers a repository's full name; letter case does not count. */
export function coversRepository(pattern: string, fullName: string): boolean {
  if (pattern === '*') return true;
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${escaped}$`, 'i').test(fullName);
}

/** Whether the image takes any suite of this repository. */
export const servesRepository = ({ serves }: ImageManifest, fullName: string): boolean =>
  serves.repositories.some(pattern => coversRepository(pattern, fullName));

/** Whether the image takes this suite of this repository. */
export const servesSuite = (image: ImageManifest, fullName: string, suite: string): boolean =>
  servesRepository(image, fullName) && (image.serves.suites === 'all' || image.serves.suites.includes(suite));
