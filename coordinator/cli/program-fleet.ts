/** The verbs of `paddock host`, `pool` and `machine`, and `paddock simulate`: their arguments, their help, and where they are. */
import { type Command, InvalidArgumentError } from 'commander';
import { duration } from '#shared/duration.ts';
import { type HostTraitsChange, hostTraitsChange } from '#shared/host-traits.ts';
import { slug } from '#shared/ids.ts';
import { fleetHelpTexts as help } from './fleet-help-texts.ts';
import { fleetTexts as texts } from './fleet-texts.ts';
import { helpTexts } from './help-texts.ts';
import { type Answer, described } from './program-verbs.ts';
import { simulationHelpTexts, simulationTexts } from './simulation-texts.ts';
import type { TraitOptions } from './verbs/host.ts';
import type { HostRunOptions } from './verbs/host-run.ts';
import type { ScaleOptions } from './verbs/pool.ts';
import type { SimulateOptions } from './verbs/simulate.ts';

type Json = { json?: boolean };

export function addHost(program: Command, answer: Answer): void {
  const host = described(program.command('host'), help.host);
  const verbs = () => import('./verbs/host.ts');
  described(host.command('add'), help.host.add)
    .argument('<name>', help.host.newName)
    .option('--label <name=value>', help.host.label, label, {})
    .option('--resource <name=count>', help.host.resource, resource, {})
    .option('--json', helpTexts.json)
    .action((name: string, options: TraitOptions) =>
      answer(async context => (await verbs()).addHost(context, name, options)),
    );
  described(host.command('set'), help.host.set)
    .argument('<name>', help.host.name)
    .option('--label <name=value>', help.host.label, label, {})
    .option('--resource <name=count>', help.host.resource, resource, {})
    .option('--json', helpTexts.json)
    .action((name: string, options: TraitOptions) =>
      answer(async context => (await verbs()).setHost(context, name, options)),
    );
  described(host.command('list'), help.host.list)
    .option('--json', helpTexts.json)
    .action((options: Json) => answer(async context => (await verbs()).listHosts(context, options)));
  described(host.command('show'), help.host.show)
    .argument('<name>', help.host.name)
    .option('--json', helpTexts.json)
    .action((name: string, options: Json) =>
      answer(async context => (await verbs()).showHost(context, name, options)),
    );
  for (const verb of ['drain', 'resume', 'remove'] as const) {
    const command = described(host.command(verb), help.host[verb]).argument('<name>', help.host.name);
    if (verb === 'remove') command.option('--force', help.host.force);
    command
      .option('--json', helpTexts.json)
      .action((name: string, options: Json & { force?: boolean }) =>
        answer(async context => (await verbs()).changeHost(context, name, verb, options)),
      );
  }
  described(host.command('run'), help.host.run)
    .option('--state <directory>', help.host.state)
    .option('--libvirt [uri]', help.host.libvirt)
    .option('--mirror <name:port...>', help.host.mirror)
    .action((options: HostRunOptions) =>
      answer(async context => (await import('./verbs/host-run.ts')).hostRun(context, options)),
    );
}

export function addPool(program: Command, answer: Answer): void {
  const pool = described(program.command('pool'), help.pool);
  const verbs = () => import('./verbs/pool.ts');
  described(pool.command('list'), help.pool.list)
    .option('--json', helpTexts.json)
    .action((options: Json) => answer(async context => (await verbs()).listPools(context, options)));
  described(pool.command('why'), help.pool.why)
    .argument('<image>', help.pool.image)
    .option('--json', helpTexts.json)
    .action((image: string, options: Json) =>
      answer(async context => (await verbs()).whyPool(context, image, options)),
    );
  described(pool.command('scale'), help.pool.scale)
    .argument('<image>', help.pool.image)
    .option('--min <number>', help.pool.min, count)
    .option('--max <number>', help.pool.max, count)
    .option('--idle <duration>', help.pool.idle, idle)
    .option('--dry-run', help.pool.dryRun)
    .option('--json', helpTexts.json)
    .action((image: string, options: ScaleOptions) =>
      answer(async context => (await verbs()).scalePool(context, image, options)),
    );
  for (const verb of ['pause', 'resume', 'reset'] as const)
    described(pool.command(verb), help.pool[verb])
      .argument('<image>', help.pool.image)
      .option('--json', helpTexts.json)
      .action((image: string, options: Json) =>
        answer(async context => (await verbs()).changePool(context, image, verb, options)),
      );
}

export function addMachine(program: Command, answer: Answer): void {
  const machine = described(program.command('machine'), help.machine);
  const verbs = () => import('./verbs/machine.ts');
  described(machine.command('list'), help.machine.list)
    .option('--all', help.machine.all)
    .option('--json', helpTexts.json)
    .action((options: Json & { all?: boolean }) =>
      answer(async context => (await verbs()).listMachines(context, options)),
    );
  described(machine.command('show'), help.machine.show)
    .argument('<machine>', help.machine.id)
    .option('--screenshot <file>', help.machine.screenshot)
    .option('--json', helpTexts.json)
    .action((id: string, options: Json & { screenshot?: string }) =>
      answer(async context => (await verbs()).showMachine(context, id, options)),
    );
}

export function addSimulate(program: Command, answer: Answer): void {
  const text = simulationHelpTexts;
  described(program.command('simulate'), text)
    .argument('[scenario]', text.scenario)
    .option('--jobs <number>', text.jobs, wholeUpTo(10_000_000))
    .option('--hosts <number>', text.hosts, wholeUpTo(10_000))
    .option('--days <number>', text.days, wholeUpTo(366))
    .option('--seed <number>', text.seed, wholeUpTo(0xffff_ffff))
    .option('--price <amount>', text.price, price)
    .option('--picture <file>', text.picture)
    .option('--json', helpTexts.json)
    .action((scenario: string | undefined, options: SimulateOptions) =>
      answer(async context => (await import('./verbs/simulate.ts')).simulate(context, scenario, options)),
    );
}

const wholeUpTo =
  (most: number) =>
  (text: string): number => {
    const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : most + 1;
    if (number > most) throw new InvalidArgumentError(simulationTexts.badNumber(most));
    return number;
  };

function price(text: string): number {
  if (!/^\d{1,6}(?:\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError(simulationTexts.badPrice);
  return Number(text);
}

const named = (text: string): [name: string, value: string] => {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  if (!slug.safeParse(name).success) throw new InvalidArgumentError(texts.badName);
  return [name, value];
};

function label(text: string, before: HostTraitsChange['labels']): HostTraitsChange['labels'] {
  const [name, value] = named(text);
  const parsed = hostTraitsChange.safeParse({ labels: { [name]: value || null } });
  if (!parsed.success) throw new InvalidArgumentError(texts.badLabel);
  return { ...before, ...parsed.data.labels };
}

function resource(text: string, before: HostTraitsChange['resources']): HostTraitsChange['resources'] {
  const [name, value] = named(text);
  const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  const parsed = hostTraitsChange.safeParse({ resources: { [name]: number || null } });
  if (Number.isNaN(number) || !parsed.success) throw new InvalidArgumentError(texts.badResource);
  return { ...before, ...parsed.data.resources };
}

function count(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError(texts.badCount);
  return Number(text);
}

function idle(text: string): number {
  const parsed = duration.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(texts.badIdle);
  return parsed.data;
}
