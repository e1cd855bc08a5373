/** The verbs of the stand-in, bound to one world. Those that a hook would report return the events to deliver. */
import assert from 'node:assert/strict';
import { accountId } from './account-json.ts';
import { createApp, installApp, suspendApp, uninstallApp } from './app.ts';
import { pressButton, requestRerun, requestSuiteRerun } from './check-events.ts';
import { loseCheck, setBackCheck } from './check-runs.ts';
import { commentEvent } from './comment-event.ts';
import { addComment, type NewComment } from './comments.ts';
import { destroyMergeGroup, requestMergeGroup } from './merge-group.ts';
import { changeRole, changeVisibility, leaveOrganization } from './people-events.ts';
import { permissionOf } from './permission.ts';
import {
  changeBase,
  closePull,
  convertToDraft,
  labelPull,
  type Merge,
  markReady,
  mergePull,
  type NewPull,
  openPull,
  type PullRef,
  reopenPull,
  unlabelPull,
} from './pulls.ts';
import {
  addPerson,
  createRepository,
  deleteBranch,
  deleteRepository,
  type NewRepository,
  type Push,
  ping,
  push,
  pushTag,
} from './pushes.ts';
import type {
  AppRecord,
  CheckRecord,
  CommentRecord,
  HookEvent,
  Permission,
  PullRecord,
  SignInRecord,
  TokenRecord,
} from './records.ts';
import { addHook, type NewHook } from './repository-hooks.ts';
import { addOrganization } from './repository-lists.ts';
import { dismissReview, type NewReview, reviewPull } from './reviews.ts';
import { offerSignIn, renameAccount, takeName } from './sign-in.ts';
import { addToTeam } from './teams.ts';
import { pullOf, repositoryOf, type StatusWatcher, type World } from './world.ts';

export type Github = ReturnType<typeof bindVerbs>;

export const bindVerbs = (world: World) => ({
  createApp: (input: Parameters<typeof createApp>[1]) => createApp(world, input),
  installApp: (owner: string, permissions?: Record<string, string>) => installApp(world, owner, permissions),
  /** The permissions of each token that an installation was given, oldest first. */
  appTokens: () => [...(world.app?.tokens.values() ?? [])].map(({ permissions }) => permissions),
  suspendApp: (id: number) => suspendApp(world, id),
  /** The App as GitHub has it, with the secret of its webhook; null: there is none. */
  app: (): Readonly<AppRecord> | null => world.app,
  /** Its owner changes it on its page. */
  changeApp: (changed: Partial<Pick<AppRecord, 'permissions' | 'events' | 'hook'>>) => {
    assert(world.app, 'the stand-in has no App');
    Object.assign(world.app, changed);
  },
  /** What the person's token is from now on. */
  limitToken: (token: TokenRecord) => {
    world.token = token;
  },
  /** People may sign in elsewhere by this App of GitHub's. */
  offerSignIn: (given: Parameters<typeof offerSignIn>[1]) => offerSignIn(world, given),
  /** By what people sign in; null: by nothing. */
  signIn: (): Readonly<SignInRecord> | null => world.signIn,
  /** Who sits before every browser at GitHub's pages from now on. */
  visitAs: (login: string | null) => {
    world.visitor = login;
  },
  renameAccount: (input: { from: string; to: string }) => renameAccount(world, input.from, input.to),
  takeName: (login: string) => takeName(world, login),
  /** GitHub's number of an account. */
  accountId: (login: string): number => accountId(world.links, login),
  addHook: (hook: NewHook) => addHook(world, hook),
  uninstallApp: (id: number) => uninstallApp(world, id),
  createRepository: (input: NewRepository) => createRepository(world, input),
  deleteRepository: (input: { fullName: string }) => deleteRepository(world, input),
  /** An account that is an organization from now on; `membership`: what the owner of the token is there. */
  addOrganization: (login: string, membership?: Parameters<typeof addOrganization>[2]) =>
    addOrganization(world, login, membership),
  /** It is to be read only from now on, or GitHub has switched it off. No hook of a repository tells of it. */
  retireRepository: (fullName: string, standing: 'archived' | 'disabled') => {
    repositoryOf(world, fullName).standing = standing;
  },
  addPerson: (input: Parameters<typeof addPerson>[1]) => addPerson(world, input),
  /** A collaborator has another role, or none (null), with what a hook tells of it. */
  changeRole: (input: Parameters<typeof changeRole>[1]) => changeRole(world, input),
  changeVisibility: (input: Parameters<typeof changeVisibility>[1]) => changeVisibility(world, input),
  /** Somebody leaves an organization, and has no role in any repository of it. */
  leaveOrganization: (input: Parameters<typeof leaveOrganization>[1]) => leaveOrganization(world, input),
  addToTeam: (input: Parameters<typeof addToTeam>[1]) => addToTeam(world, input),
  push: (input: Push) => push(world, input),
  pushTag: (input: Parameters<typeof pushTag>[1]) => pushTag(world, input),
  deleteBranch: (input: Parameters<typeof deleteBranch>[1]) => deleteBranch(world, input),
  ping: (input: Parameters<typeof ping>[1]) => ping(world, input),
  requestRerun: (input: Parameters<typeof requestRerun>[1]) => requestRerun(world, input),
  /** "Re-run all checks". */
  requestSuiteRerun: (input: Parameters<typeof requestSuiteRerun>[1]) => requestSuiteRerun(world, input),
  pressButton: (input: Parameters<typeof pressButton>[1]) => pressButton(world, input),
  requestMergeGroup: (input: Parameters<typeof requestMergeGroup>[1]) => requestMergeGroup(world, input),
  destroyMergeGroup: (input: Parameters<typeof destroyMergeGroup>[1]) => destroyMergeGroup(world, input),
  openPull: (input: NewPull) => openPull(world, input),
  closePull: (ref: PullRef) => closePull(world, ref),
  reopenPull: (ref: PullRef) => reopenPull(world, ref),
  markReady: (ref: PullRef) => markReady(world, ref),
  convertToDraft: (ref: PullRef) => convertToDraft(world, ref),
  changeBase: (ref: PullRef & { base: string }) => changeBase(world, ref),
  labelPull: (ref: PullRef & { label: string }) => labelPull(world, ref),
  unlabelPull: (ref: PullRef & { label: string }) => unlabelPull(world, ref),
  reviewPull: (input: NewReview) => reviewPull(world, input),
  dismissReview: (input: PullRef & { of: string }) => dismissReview(world, input),
  /** From now on no merge by the API is possible, for this reason; null: it is again. */
  refuseMerges: (fullName: string, why: string | null) => {
    repositoryOf(world, fullName).mergeRefusal = why;
  },
  mergePull: (input: Merge) => mergePull(world, input),
  /** What an account may do there. */
  permissionOf: (fullName: string, login: string): Permission =>
    permissionOf(repositoryOf(world, fullName), login),
  /** As it is now; null when there is none of that number. */
  pullRequest: (fullName: string, number: number): Readonly<PullRecord> | null =>
    repositoryOf(world, fullName).pulls.get(number) ?? null,
  pullRequests: (fullName: string): readonly Readonly<PullRecord>[] => [
    ...repositoryOf(world, fullName).pulls.values(),
  ],
  /** Their names and heads. */
  branches: (fullName: string): ReadonlyMap<string, string> => repositoryOf(world, fullName).branches,
  /** Null for a commit that GitHub has not heard of here. */
  messageOf: (fullName: string, sha: string): string | null =>
    repositoryOf(world, fullName).commits.get(sha) ?? null,
  /** Statuses of one commit, oldest first. */
  statusesOf: (fullName: string, sha: string) =>
    repositoryOf(world, fullName).statuses.filter(status => status.sha === sha),
  /** Calls back with what hooks would report of changes by the API; answers how to stop it. */
  onHook: (watcher: (events: HookEvent[]) => void) => {
    world.hookWatchers.add(watcher);
    return () => void world.hookWatchers.delete(watcher);
  },
  /** Check runs of one commit, oldest first. */
  checksOf: (fullName: string, sha: string): readonly Readonly<CheckRecord>[] =>
    [...repositoryOf(world, fullName).checks.values()].filter(check => check.sha === sha),
  loseCheck: (fullName: string, id: number) => loseCheck(world, fullName, id),
  setBackCheck: (fullName: string, id: number) => setBackCheck(world, fullName, id),
  /** Comments on one pull request, oldest first. */
  commentsOf: (fullName: string, number: number): readonly Readonly<CommentRecord>[] =>
    [...repositoryOf(world, fullName).comments.values()].filter(comment => comment.number === number),
  /** @returns its number; no hook tells of it. */
  commentBy: (input: NewComment): number => addComment(world, input).id,
  /** The same, with what its hook tells. */
  comment: (input: NewComment): HookEvent[] => {
    const repository = repositoryOf(world, input.repository);
    const pull = pullOf(repository, input.number);
    return [commentEvent(world, repository, pull, addComment(world, input), 'created')];
  },
  /** Somebody changes what they wrote. */
  editComment: (input: { repository: string; id: number; body: string }): HookEvent[] => {
    const repository = repositoryOf(world, input.repository);
    const comment = repository.comments.get(input.id);
    assert(comment, `there is no comment ${input.id}`);
    comment.body = input.body;
    return [commentEvent(world, repository, pullOf(repository, comment.number), comment, 'edited')];
  },
  deleteComment: (fullName: string, id: number): boolean => repositoryOf(world, fullName).comments.delete(id),
  /** Calls back for every status from now on; answers how to stop it. */
  onStatus: (watcher: StatusWatcher) => {
    world.watchers.add(watcher);
    return () => void world.watchers.delete(watcher);
  },
});
