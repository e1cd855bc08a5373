/**
 * A worked example of the command driver: machines that are a directory and a process of this computer. A command runs in the
 * directory in which it lies, so the machines are beside it.
 *
 *   machines/<id>/tag.json    id, owner, expiresAt
 *   machines/<id>/ticket      the boot ticket; the agent removes it
 *   machines/<id>/ca.pem      whom the agent believes, where it has to be told
 *   machines/<id>/guest.cjs   the agent; a process that runs this very file is the machine
 *   machines/<id>/console     what the agent writes
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const machines = path.resolve('machines');
const place = (id, ...names) => path.join(machines, id, ...names);
mkdirSync(machines, { recursive: true, mode: 0o700 });

/** Ids of machines that run, and their processes: one look at all processes, by the file that each of them runs. */
function running() {
  const found = new Map();
  for (const line of execFileSync('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'args='], {
    encoding: 'utf8',
  }).split('\n')) {
    const [, pid, id] = /^\s*(\d+) .*\/machines\/([^/ ]+)\/guest\.cjs$/.exec(line) ?? [];
    if (pid && line.includes(place(id, 'guest.cjs'))) found.set(id, Number(pid));
  }
  return found;
}

function create({ id, owner, expiresAt, bundle, environment, ca, ticket }) {
  if (running().has(id)) return;
  mkdirSync(place(id, 'work'), { recursive: true, mode: 0o700 });
  writeFileSync(place(id, 'tag.json'), JSON.stringify({ id, owner, expiresAt }));
  writeFileSync(place(id, 'ticket'), ticket, { mode: 0o600 });
  if (ca) writeFileSync(place(id, 'ca.pem'), ca.pem);
  copyFileSync(bundle, place(id, 'guest.cjs'));
  const output = openSync(place(id, 'console'), 'a');
  const agent = spawn(process.execPath, [place(id, 'guest.cjs')], {
    cwd: place(id, 'work'),
    env: {
      ...environment,
      ...{ PATH: process.env.PATH, HOME: place(id, 'work') },
      ...(ca && { [ca.variable]: place(id, 'ca.pem') }),
      ...{ PADDOCK_TICKET_FILE: place(id, 'ticket'), PADDOCK_WORK: place(id, 'work') },
    },
    detached: true,
    stdio: ['ignore', output, output],
  });
  agent.unref();
}

async function destroy({ id }) {
  for (let tries = 0; running().has(id); tries++) {
    process.kill(running().get(id) ?? 0, tries < 50 ? 'SIGTERM' : 'SIGKILL');
    await pause(100);
  }
  rmSync(place(id), { recursive: true, force: true });
}

function list() {
  const processes = running();
  for (const id of readdirSync(machines)) {
    if (!existsSync(place(id, 'tag.json'))) continue; // its creation was cut short: nothing runs yet
    const tag = JSON.parse(readFileSync(place(id, 'tag.json'), 'utf8'));
    const state = processes.has(id)
      ? { state: 'running' }
      : { state: 'dead', reason: 'its process has ended' };
    process.stdout.write(`${JSON.stringify({ ...tag, ...state })}\n`);
  }
}

function show({ id }) {
  if (existsSync(place(id, 'console'))) process.stdout.write(readFileSync(place(id, 'console')));
}

const commands = { create, destroy, list, console: show };
await commands[process.argv[2]](JSON.parse(readFileSync(0, 'utf8')));
