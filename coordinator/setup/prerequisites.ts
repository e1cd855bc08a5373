/**
 * The programs that Paddock needs from the operating system: which, why, and what they are called by each package
 * manager. `npm run demo`, `npm start`, `npm test` and `paddock doctor` read the same list.
 */

export const packageManagers = ['apt', 'dnf', 'apk', 'brew', 'pkg'] as const;
/** `pkg` is FreeBSD's. */
export type PackageManager = (typeof packageManagers)[number];

/** What the machine is to be made fit for: the commands `npm run demo`, `npm start`, `npm test`, `npm run bench`. */
export const purposes = ['demo', 'start', 'test', 'bench'] as const;
export type Purpose = (typeof purposes)[number];

export type Prerequisite = {
  name: string;
  /** A half-sentence: "nats-server: carries messages …". */
  why: string;
  neededFor: readonly Purpose[];
  /** Names of one program; any of them will do. */
  programs: readonly string[];
  /** Folders outside PATH in which packages put it; `*` stands for one path segment. */
  folders: readonly string[];
  /** Where it is needed; elsewhere there is nothing that could use it. Default: everywhere. */
  platforms?: readonly NodeJS.Platform[];
  /** Null where no package is known; `help` then says what to do. */
  packages: Record<PackageManager, readonly string[] | null>;
  help: string;
};

export const prerequisites: readonly Prerequisite[] = [
  {
    name: 'git',
    why: 'fetches the commits that are tested',
    neededFor: ['demo', 'start', 'test', 'bench'],
    programs: ['git'],
    folders: [],
    packages: { apt: ['git'], dnf: ['git'], apk: ['git'], brew: ['git'], pkg: ['git'] },
    help: 'install git so that it is on PATH',
  },
  {
    name: 'nats-server',
    why: 'carries the messages between the coordinator and its machines',
    neededFor: ['demo', 'start', 'test', 'bench'],
    programs: ['nats-server'],
    folders: [],
    packages: {
      apt: ['nats-server'],
      dnf: null,
      apk: ['nats-server'],
      brew: ['nats-server'],
      pkg: ['nats-server'],
    },
    help: 'put nats-server (2.9.10 or newer, one file from its release page on GitHub) on PATH',
  },
  {
    name: 'postgresql',
    why: 'the store is tested on it as well as on SQLite; tests start their own server',
    neededFor: ['test'],
    programs: ['postgres'],
    folders: [
      '/usr/lib/postgresql/*/bin',
      '/usr/libexec/postgresql*',
      '/opt/homebrew/opt/postgresql*/bin',
      '/usr/local/opt/postgresql*/bin',
    ],
    packages: {
      apt: ['postgresql'],
      dnf: ['postgresql-server'],
      apk: ['postgresql'],
      brew: ['postgresql@17'],
      pkg: ['postgresql17-server'],
    },
    help: "install PostgreSQL's server programs",
  },
  {
    name: 'chromium',
    why: 'the pages are tested in a real browser',
    neededFor: ['test', 'bench'],
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'chrome'],
    folders: ['/Applications/Chromium.app/Contents/MacOS', '/Applications/Google Chrome.app/Contents/MacOS'],
    packages: {
      apt: ['chromium'],
      dnf: ['chromium'],
      apk: ['chromium'],
      brew: ['chromium'],
      pkg: ['chromium'],
    },
    help: 'install Chromium or Chrome',
  },
  {
    name: 'faketime',
    why: 'a coordinator is tested on a computer whose clock is set while it runs',
    neededFor: ['test'],
    programs: ['faketime'],
    folders: [],
    packages: {
      apt: ['faketime'],
      dnf: ['libfaketime'],
      apk: ['libfaketime'],
      brew: ['libfaketime'],
      pkg: ['libfaketime'],
    },
    help: 'install libfaketime with its program faketime',
  },
  {
    name: 'openssh-server',
    why: 'the driver for computers elsewhere is tested on a server of its own, which the tests start and end',
    neededFor: ['test'],
    programs: ['sshd'],
    folders: [],
    packages: {
      apt: ['openssh-server'],
      dnf: ['openssh-server'],
      apk: ['openssh-server'],
      brew: ['openssh'],
      pkg: ['openssh-portable'],
    },
    help: 'install the OpenSSH server; it need not run',
  },
  {
    name: 'zsh',
    why: 'reads the completion script that is made for it',
    neededFor: ['test'],
    programs: ['zsh'],
    folders: [],
    packages: { apt: ['zsh'], dnf: ['zsh'], apk: ['zsh'], brew: ['zsh'], pkg: ['zsh'] },
    help: 'install the shell zsh',
  },
  {
    name: 'fish',
    why: 'reads the completion script that is made for it',
    neededFor: ['test'],
    programs: ['fish'],
    folders: [],
    packages: { apt: ['fish'], dnf: ['fish'], apk: ['fish'], brew: ['fish'], pkg: ['fish'] },
    help: 'install the shell fish',
  },
  {
    name: 'dash',
    why: 'takes the part of the shell of a computer elsewhere that runs no agent',
    neededFor: ['test'],
    programs: ['dash'],
    folders: [],
    packages: { apt: ['dash'], dnf: ['dash'], apk: ['dash'], brew: ['dash'], pkg: ['dash'] },
    help: 'install the shell dash',
  },
  {
    name: 'busybox',
    why: 'is all the programs of a small computer elsewhere that runs no agent',
    neededFor: ['test'],
    platforms: ['linux', 'freebsd'],
    programs: ['busybox'],
    folders: [],
    packages: { apt: ['busybox'], dnf: ['busybox'], apk: ['busybox'], brew: null, pkg: ['busybox'] },
    help: 'install busybox',
  },
  {
    name: 'mksh',
    why: 'takes the part of the shell of a computer elsewhere that runs no agent',
    neededFor: ['test'],
    programs: ['mksh'],
    folders: [],
    packages: { apt: ['mksh'], dnf: ['mksh'], apk: ['mksh'], brew: ['mksh'], pkg: ['mksh'] },
    help: 'install the shell mksh',
  },
  {
    name: 'buildbot',
    why: 'the bench does the same work with it, side by side',
    neededFor: ['bench'],
    programs: ['buildbot'],
    folders: [],
    packages: { apt: ['buildbot', 'buildbot-worker'], dnf: null, apk: null, brew: null, pkg: null },
    help: 'run the bench on Debian: it knows how Buildbot is set up there',
  },
  {
    name: 'qemu',
    why: 'tests boot real virtual machines',
    neededFor: ['test', 'bench'],
    platforms: ['linux'],
    programs: ['qemu-system-x86_64'],
    folders: [],
    packages: {
      apt: ['qemu-system-x86', 'qemu-utils'],
      dnf: ['qemu-system-x86', 'qemu-img'],
      apk: ['qemu-system-x86_64', 'qemu-img'],
      brew: null,
      pkg: null,
    },
    help: 'install QEMU with qemu-img',
  },
  {
    name: 'libvirt',
    why: 'makes the virtual machines that tests boot; tests start a daemon of their own',
    neededFor: ['test', 'bench'],
    platforms: ['linux'],
    programs: ['libvirtd'],
    folders: [],
    packages: {
      apt: ['libvirt-daemon', 'libvirt-clients'],
      dnf: ['libvirt-daemon', 'libvirt-daemon-driver-qemu', 'libvirt-client'],
      apk: ['libvirt-daemon', 'libvirt-qemu', 'libvirt-client'],
      brew: null,
      pkg: null,
    },
    help: 'install libvirt with its daemon libvirtd and virsh',
  },
  {
    name: 'mmdebstrap',
    why: 'builds the Debian that tests boot',
    neededFor: ['test', 'bench'],
    platforms: ['linux'],
    programs: ['mmdebstrap'],
    folders: [],
    packages: {
      apt: ['mmdebstrap', 'cpio', 'e2fsprogs', 'iproute2'],
      dnf: ['mmdebstrap', 'cpio', 'e2fsprogs', 'iproute'],
      apk: ['mmdebstrap', 'cpio', 'e2fsprogs', 'iproute2'],
      brew: null,
      pkg: null,
    },
    help: 'install mmdebstrap, cpio, mke2fs and ip',
  },
  {
    name: 'minisign',
    why: 'signs a release that a test makes',
    neededFor: ['test'],
    programs: ['minisign'],
    folders: [],
    packages: {
      apt: ['minisign'],
      dnf: ['minisign'],
      apk: ['minisign'],
      brew: ['minisign'],
      pkg: ['minisign'],
    },
    help: 'install minisign',
  },
  {
    name: 'cc',
    why: 'compiles small programs of the tests and the bench: the first process of a machine, a clock, a slow disk',
    neededFor: ['test', 'bench'],
    programs: ['cc'],
    folders: [],
    packages: {
      apt: ['gcc', 'libc6-dev'],
      dnf: ['gcc', 'glibc-static'],
      apk: ['gcc', 'musl-dev'],
      brew: null,
      pkg: null,
    },
    help: 'install a C compiler that is called cc',
  },
];

export const neededFor = (purpose: Purpose, platform = process.platform): Prerequisite[] =>
  prerequisites.filter(
    ({ neededFor, platforms }) =>
      neededFor.includes(purpose) && (platforms === undefined || platforms.includes(platform)),
  );
