/** What to type on this machine to get what is missing: pure, so that every package manager is tested everywhere. */
import { type PackageManager, type Prerequisite, packageManagers } from './prerequisites.ts';

export type InstallPlan = {
  manager: PackageManager;
  packages: string[];
  /** Shell lines, in order. `undo` runs after them, also when they fail. */
  lines: string[];
  undo: string[];
  /** Homebrew refuses root; every other manager needs it. */
  needsRoot: boolean;
};

/** The plan for what the manager has packages for; what it has none for is left in `unknown`. */
export function planInstallation(
  missing: readonly Prerequisite[],
  manager: PackageManager | null,
): { plan: InstallPlan | null; unknown: Prerequisite[] } {
  if (!manager) return { plan: null, unknown: [...missing] };
  const unknown = missing.filter(({ packages }) => packages[manager] === null);
  const packages = missing.flatMap(prerequisite => prerequisite.packages[manager] ?? []);
  if (packages.length === 0) return { plan: null, unknown };
  const plan = { manager, packages, needsRoot: manager !== 'brew', ...commands[manager](packages) };
  return { plan, unknown };
}

/** The first manager that is there, in the list's order: a Mac or a Linux with Homebrew prefers the system's own. */
export const chooseManager = (present: ReadonlySet<string>): PackageManager | null =>
  packageManagers.find(manager => present.has(programOf[manager])) ?? null;

export const programOf: Record<PackageManager, string> = {
  apt: 'apt-get',
  dnf: 'dnf',
  apk: 'apk',
  brew: 'brew',
  pkg: 'pkg',
};

type Script = { lines: string[]; undo: string[] };
const only = (line: string): Script => ({ lines: [line], undo: [] });

const commands: Record<PackageManager, (packages: string[]) => Script> = {
  apt: packages => aptScript(packages),
  dnf: packages => only(`dnf install -y --setopt=install_weak_deps=False ${packages.join(' ')}`),
  apk: packages => only(`apk add --no-cache ${packages.join(' ')}`),
  brew: packages => only(`brew install ${packages.join(' ')}`),
  pkg: packages => only(`env ASSUME_ALWAYS_YES=yes pkg install ${packages.join(' ')}`),
};

/** A mask made without systemd would leave the folder by which programs tell that systemd runs. */
const underSystemd = 'if [ -d /run/systemd/system ]; then';
/** What a package would start; an SSH server that nobody has asked for would be a door. */
const unitsOf: Partial<Record<string, readonly string[]>> = {
  'nats-server': ['nats-server.service'],
  'openssh-server': ['ssh.service', 'ssh.socket'],
};
const noCluster = '/etc/postgresql-common/createcluster.d/paddock.conf';

/**
 * Debian's packages start what they install. Paddock starts its own servers, so set-up brings programs only:
 * a file in PostgreSQL's own configuration folder says "no main cluster" while the package is installed, and goes again;
 * the units of nats-server and of the SSH server are masked in /run meanwhile and left disabled. A policy-rc.d would stop every service's restart,
 * also those that an upgrade in the same transaction needs.
 */
function aptScript(packages: string[]): Script {
  const lines = ['export DEBIAN_FRONTEND=noninteractive'];
  const undo: string[] = [];
  if (packages.includes('postgresql')) {
    lines.push(`mkdir -p ${noCluster.slice(0, noCluster.lastIndexOf('/'))}`);
    lines.push(`echo 'create_main_cluster = false' > ${noCluster}`);
    undo.push(`rm -f ${noCluster}`);
  }
  const units = packages.flatMap(name => unitsOf[name] ?? []).join(' ');
  if (units !== '') {
    lines.push(`${underSystemd} systemctl mask --runtime --quiet ${units}; fi`);
    undo.push(`${underSystemd} systemctl unmask --runtime --quiet ${units}; fi`);
    // Also where systemd is not running yet: a package enables its units all the same.
    undo.push(`if command -v systemctl > /dev/null; then systemctl disable --quiet ${units} || true; fi`);
  }
  const wait = '-o DPkg::Lock::Timeout=300';
  lines.push(`apt-get ${wait} update -q`);
  lines.push(`apt-get ${wait} install -y -q --no-install-recommends ${packages.join(' ')}`);
  return { lines, undo };
}

/** One shell script; the undo lines run whatever happens. */
export function scriptOf({ lines, undo }: InstallPlan): string {
  const trap = undo.length > 0 ? [`trap '${undo.join('; ').replaceAll("'", "'\\''")}' EXIT`] : [];
  return ['set -e', ...trap, ...lines].join('\n');
}
