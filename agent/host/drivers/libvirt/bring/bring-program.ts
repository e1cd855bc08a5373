/**
 * What runs in a machine that knows nothing of Paddock, by its Node, for as long as its agent is on its way: it lays the agent
 * down, starts it, and tells what that says until it has reported in. It comes as `node-loader.ts` says and reads one line, the
 * order. Whoever comes a second time, after a lost connection or a restart of the host agent, finds the agent started and
 * only listens. Below the home of the user:
 *
 *   .paddock/<machine id>/started/    whoever makes this directory starts the agent, once
 *   .paddock/<machine id>/            ticket (0600; the agent removes it), guest.cjs and agent.cjs, ca.pem, agent.log, heard
 *   work/                             where attempts are worked on
 */
import * as z from 'zod';
import { agentFileNames } from '../../checked-start.ts';

export type Order = {
  machine: string;
  environment: Readonly<Record<string, string>>;
  ticket: string;
  /** In base64. */
  bundle: string;
  /** The program that starts it, where it is the one that was sent (checked-start.ts). */
  start: string;
  ca: { variable: string; pem: string } | null;
  /**
   * For /bin/sh. Its words are Node, the agent, and a file that is there once whoever brings the agent has been told how it
   * ended: the machine that ends with its agent waits a moment for that, where it did not end well.
   */
  script: string;
  logBytes: number;
};

/** What it says, a line each, behind `saidBy`: what else a login prints is not for us. */
export const said = z.union([
  z.object({ now: z.enum(['started', 'reported-in']) }),
  z.object({ log: z.string() }),
  z.object({ ended: z.number() }),
  z.object({ failed: z.string() }),
]);
export type Said = z.infer<typeof said>;

export const saidBy = 'paddock-bring ';

/** What a script of an order prints last, before the exit code. */
export const endWords = 'paddock: the agent ended with exit code ';

/** In words that Nodes understand which are too old for the agent, so that it can be said. */
export const bringProgram = `
const fs = require('fs'), os = require('os'), path = require('path');
const line = said => '${saidBy}' + JSON.stringify(said) + '\\n';
const leave = (said, then = () => {}) => { done = true; process.stdout.write(line(said), () => { then(); process.exit(); }); };
let done = false, text = '';

function take(directory) {
  try { fs.mkdirSync(directory); return true; } catch (error) { if (error.code === 'EEXIST') return false; throw error; }
}

function start(order, at) {
  fs.writeFileSync(at('ticket'), order.ticket, { mode: 0o600 });
  fs.writeFileSync(at('${agentFileNames.agent}'), Buffer.from(order.bundle, 'base64'));
  fs.writeFileSync(at('${agentFileNames.start}'), order.start);
  if (order.ca !== null) fs.writeFileSync(at('ca.pem'), order.ca.pem);
  const env = Object.assign({}, process.env, order.environment, {
    PADDOCK_TICKET_FILE: at('ticket'),
    PADDOCK_WORK: path.join(os.homedir(), 'work'),
  });
  if (order.ca !== null) env[order.ca.variable] = at('ca.pem');
  for (const name of Object.keys(env)) if (/^SSH_/.test(name)) delete env[name];
  const log = fs.openSync(at('agent.log'), 'a', 0o600);
  const words = ['-c', order.script, 'sh', process.execPath, at('${agentFileNames.start}'), at('heard')];
  const child = require('child_process').spawn('/bin/sh', words, { cwd: '/', env, detached: true, stdio: ['ignore', log, log] });
  child.on('error', error => leave({ failed: '/bin/sh cannot be started: ' + error.message }));
  child.unref();
}

function follow(file, heard, logBytes) {
  let offset = 0, tail = '';
  const look = () => {
    if (done) return;
    const bytes = Buffer.alloc(64 * 1024);
    let size = 0;
    try {
      const fd = fs.openSync(file, 'r');
      size = fs.readSync(fd, bytes, 0, bytes.length, offset);
      fs.closeSync(fd);
    } catch (error) { if (error.code !== 'ENOENT') return leave({ failed: error.message }); }
    const more = bytes.toString('utf8', 0, size);
    if (size > 0 && offset < logBytes) process.stdout.write(line({ log: more }));
    offset += size;
    tail = (tail + more).slice(-bytes.length);
    const end = /^${endWords}(\\d+)/m.exec(tail);
    if (tail.includes('"event":"reported-in"')) leave({ now: 'reported-in' });
    else if (end) leave({ ended: Number(end[1]) }, () => fs.writeFileSync(heard, ''));
    else setTimeout(look, 200);
  };
  look();
}

function bring(order) {
  if (Number(process.versions.node.split('.')[0]) < 18)
    return leave({ failed: 'Node ' + process.versions.node + ' is on this disk: install Node 18 or newer' });
  const place = path.join(os.homedir(), '.paddock', order.machine);
  fs.mkdirSync(place, { recursive: true, mode: 0o700 });
  const at = name => path.join(place, name);
  if (take(at('started'))) start(order, at);
  process.stdout.write(line({ now: 'started' }));
  follow(at('agent.log'), at('heard'), order.logBytes);
}

// Nobody listens any more.
process.stdin.on('end', () => process.exit());
process.stdout.on('error', () => process.exit());
process.stdin.setEncoding('utf8').resume();
process.stdin.on('data', chunk => {
  text += chunk;
  const end = text.indexOf('\\n');
  if (end < 0) return;
  const order = JSON.parse(text.slice(0, end));
  text = '';
  try { bring(order); } catch (error) { leave({ failed: 'the agent cannot be laid down: ' + error.message }); }
});
`;
