/**
 * The stand-in for tests: every request is held against GitHub's own API description, faults are played on demand, and
 * the statuses that arrived are kept in their order.
 */
import type { Links } from '#coordinator/demo/github-stand-in/account-json.ts';
import { answerApi } from '#coordinator/demo/github-stand-in/answer-api.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  invalid,
  refused,
} from '#coordinator/demo/github-stand-in/api-answer.ts';
import { listen } from '#coordinator/demo/github-stand-in/listener.ts';
import { answerPage } from '#coordinator/demo/github-stand-in/manifests.ts';
import type { StatusRecord } from '#coordinator/demo/github-stand-in/records.ts';
import { bindVerbs, type Github } from '#coordinator/demo/github-stand-in/verbs.ts';
import { createWorld, endWorld, type World } from '#coordinator/demo/github-stand-in/world.ts';
import { type Contract, loadContract } from '#test/support/github-openapi/contract.ts';
import { answerWith, Disconnect, type Fault } from './faults.ts';

export type Violation = { method: string; path: string; problems: string[] };
export type SeenRequest = { method: string; path: string; status: number | 'no answer' };
export type PostedStatus = StatusRecord & { repository: string };

export type FakeGithub = {
  baseUrl: string;
  token: string;
  github: Github;
  /** Requests that GitHub would not have understood, and 422s: a correct client causes none. */
  violations: Violation[];
  /** Every request in order, with the status it was answered with. */
  requests: SeenRequest[];
  /** Every status that was accepted, in the order of arrival, over all repositories. */
  statuses: () => PostedStatus[];
  /** The newest status of a commit and context. */
  statusOf: (fullName: string, sha: string, context: string) => PostedStatus | undefined;
  /** The next `times` requests meet this fault; faults are used up in the order they were given. */
  inject: (fault: Fault, times?: number) => void;
  /** How many faults are still to be met. */
  faultsLeft: () => number;
  /** All faults that are left are forgotten. */
  heal: () => void;
  /** Until `thaw` every question is answered as of now, as by a copy of GitHub's that lags behind; what is posted is taken. */
  freeze: () => void;
  thaw: () => void;
  /** Connections are refused until `comeBack`; open ones are closed. */
  goDown: () => Promise<void>;
  /** The same address answers again. */
  comeBack: () => Promise<void>;
  close: () => Promise<void>;
};

type Parts = {
  world: World;
  token: string;
  contract: Contract;
  faults: Fault[];
  violations: Violation[];
  requests: SeenRequest[];
  /** What questions are answered from while reads lag behind. */
  lagging: World | null;
};

/** A request that GitHub would not understand is noted and refused; it never reaches the world. */
function refusalOf({ contract, violations }: Parts, request: ApiRequest): ApiAnswer | null {
  const { method, path } = request;
  const problems = contract.checkRequest(request);
  if (problems === 'unknown-call') {
    violations.push({ method, path, problems: ['GitHub has no such call'] });
    return refused(404, 'Not Found');
  }
  if (problems.length === 0) return null;
  violations.push({ method, path, problems });
  return invalid('Invalid request');
}

/** A 422 of the stand-in itself is one of GitHub's rules that its description does not state. */
function answerOf({ world, lagging, token, violations }: Parts, request: ApiRequest): ApiAnswer {
  const answer = answerApi(request.method === 'GET' ? (lagging ?? world) : world, token, request);
  if (answer.status === 422)
    violations.push({ method: request.method, path: request.path, problems: [JSON.stringify(answer.body)] });
  return answer;
}

/** Every request is held against the contract, also one that then meets a fault. */
async function answerAsToday(parts: Parts, request: ApiRequest): Promise<ApiAnswer> {
  // What a browser asks for is no call of the API.
  const page = answerPage(parts.world, request);
  if (page) return page;
  const fault = parts.faults.shift();
  const seen: SeenRequest = { method: request.method, path: request.path, status: 'no answer' };
  parts.requests.push(seen);
  // What the pages of GitHub answer a server is described elsewhere than its API.
  const isOfPages = request.path.startsWith('/login/oauth/');
  const refusal = isOfPages ? null : refusalOf(parts, request);
  const usual = () => refusal ?? answerOf(parts, request);
  const answer = fault ? await answerWith(fault, usual) : usual();
  seen.status = answer.status;
  return answer;
}

function statusesOf(world: World): PostedStatus[] {
  return [...world.repositories.values()]
    .flatMap(({ fullName, statuses }) => statuses.map(status => ({ ...status, repository: fullName })))
    .sort((a, b) => a.id - b.id);
}

const newestStatus = (world: World, fullName: string, sha: string, context: string) =>
  statusesOf(world).findLast(
    status => status.repository === fullName && status.sha === sha && status.context === context,
  );

/** A door that can be shut and opened again on the same port. Requests that still wait when it shuts get no answer. */
function createDoor(answer: (request: ApiRequest) => Promise<ApiAnswer>) {
  let port = 0;
  let shut = async (): Promise<void> => {};
  return {
    open: async (): Promise<number> => {
      const ending = Promise.withResolvers<never>();
      ending.promise.catch(() => {}); // it only ends the races of the requests that wait
      const listener = await listen(request => Promise.race([answer(request), ending.promise]), port);
      port = listener.port;
      shut = async () => {
        ending.reject(new Disconnect('the door is shut'));
        await listener.close();
        shut = async () => {};
      };
      return port;
    },
    shut: () => shut(),
  };
}

/** Compiling GitHub's description takes a while; it is the same for all. */
let shared: Promise<Contract> | null = null;

/** Starts on a free port of 127.0.0.1. Close it when done; it gives up slow requests that nobody released. */
export async function startFakeGithub(
  options: { token?: string; now?: () => number } = {},
): Promise<FakeGithub> {
  const { token = 'token-of-the-tests', now = Date.now } = options;
  const links: Links = { api: '', html: '' };
  const world = createWorld(links, now);
  shared ??= loadContract();
  const contract = await shared;
  const parts: Parts = { world, token, contract, faults: [], violations: [], requests: [], lagging: null };
  const door = createDoor(request => answerAsToday(parts, request));
  links.api = links.html = `http://127.0.0.1:${await door.open()}`;
  return {
    baseUrl: links.api,
    token,
    github: bindVerbs(world),
    violations: parts.violations,
    requests: parts.requests,
    statuses: () => statusesOf(world),
    statusOf: (...key) => newestStatus(world, ...key),
    inject: (fault, times = 1) => {
      parts.faults.push(...Array.from({ length: times }, () => fault));
    },
    faultsLeft: () => parts.faults.length,
    heal: () => {
      parts.faults.length = 0;
    },
    freeze: () => {
      parts.lagging = { ...world, repositories: structuredClone(world.repositories) };
    },
    thaw: () => {
      parts.lagging = null;
    },
    goDown: door.shut,
    comeBack: async () => {
      await door.open();
    },
    close: async () => {
      await endWorld(world);
      await door.shut();
    },
  };
}
