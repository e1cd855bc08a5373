import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SetupError } from './errors.ts';
import { findProgram, missingFor } from './find-program.ts';
import { chooseManager, type InstallPlan, planInstallation, programOf, scriptOf } from './install-plan.ts';
import { type PackageManager, type Prerequisite, type Purpose, packageManagers } from './prerequisites.ts';

/** What `ensure` asks of the machine; tests hand over another one. */
export type Machine = {
  missing: (purpose: Purpose) => Promise<Prerequisite[]>;
  manager: () => Promise<PackageManager | null>;
  /** How the plan's script may be run without asking anybody: the words before it, or null when it may not. */
  permission: (plan: InstallPlan) => Promise<string[] | null>;
  /** Exit code; the program's output goes to the terminal. */
  run: (argv: string[]) => Promise<number>;
  say: (line: string) => void;
};

/**
 * Makes sure that this machine has the programs a command needs. Installs what is missing when it may (root, or sudo
 * without a prompt); otherwise rejects with a `SetupError` whose message is the exact command. Milliseconds when nothing
 * is missing; harmless to repeat.
 */
export async function ensure(purpose: Purpose, machine: Machine = thisMachine): Promise<void> {
  const missing = await machine.missing(purpose);
  if (missing.length === 0) return;
  machine.say(listOf(missing));
  const { plan, unknown } = planInstallation(missing, await machine.manager());
  const permission = plan && unknown.length === 0 ? await machine.permission(plan) : null;
  if (!plan || !permission) throw new SetupError('prerequisite-missing', whatToDo(missing, plan, unknown));
  machine.say(`Installing with ${plan.manager}: ${plan.packages.join(' ')}`);
  const code = await machine.run([...permission, 'sh', '-c', scriptOf(plan)]);
  const stillMissing = await machine.missing(purpose);
  if (stillMissing.length === 0) return;
  const failure = code === 0 ? 'did not bring' : `ended with ${code}, without`;
  const names = stillMissing.map(({ name }) => name).join(', ');
  throw new SetupError(
    'installation-failed',
    `The installation ${failure} ${names}.\n${whatToDo(missing, plan, [])}`,
  );
}

const listOf = (missing: readonly Prerequisite[]): string =>
  ['Paddock needs from this system:', ...missing.map(({ name, why }) => `  ${name}: ${why}`)].join('\n');

function whatToDo(
  missing: readonly Prerequisite[],
  plan: InstallPlan | null,
  unknown: readonly Prerequisite[],
): string {
  const byHand = unknown.map(({ name, help }) => `  ${name}: ${help}`);
  const command = plan
    ? [plan.needsRoot ? 'As root, run:' : 'Run:', indent([...plan.lines, ...plan.undo])]
    : [];
  const rest = byHand.length > 0 ? ['No package is known here for:', ...byHand] : [];
  const names = missing.map(({ name }) => name).join(', ');
  return [`Missing: ${names}.`, ...command, ...rest, 'Then repeat the command.'].join('\n');
}

const indent = (lines: string[]): string => lines.map(line => `  ${line}`).join('\n');

const thisMachine: Machine = {
  missing: missingFor,
  manager: findManager,
  permission: async plan => {
    const isRoot = process.getuid?.() === 0;
    if (!plan.needsRoot) return isRoot ? null : [];
    if (isRoot) return [];
    const mayBecomeRoot = (await has('sudo')) && (await run(['sudo', '-n', 'true'], 'ignore')) === 0;
    return mayBecomeRoot ? ['sudo', '-n'] : null;
  },
  run: argv => run(argv, 'inherit'),
  say: line => console.error(line),
};

/** The package manager of this system, or null. */
export async function findManager(): Promise<PackageManager | null> {
  const found = await Promise.all(packageManagers.map(manager => has(programOf[manager])));
  return chooseManager(new Set(packageManagers.filter((_, i) => found[i]).map(m => programOf[m])));
}

const has = async (program: string): Promise<boolean> =>
  (await findProgram({ programs: [program], folders: [] })) !== null;

/** Everything goes to stderr: the output of a command that sets up first stays its own. */
async function run([program = '', ...args]: string[], output: 'inherit' | 'ignore'): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', output === 'inherit' ? 2 : 'ignore', output] });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}
