/** What GitHub tells of people: who may do something else from now on, and where. Pure. */
import * as z from 'zod';
import { type DeliveryIntent, notActedOn, parsed, shown } from './delivery-intent.ts';
import { fullName } from './payload.ts';

const account = z.object({ login: z.string().max(100), id: z.number().int() }).nullish();
const owner = z.object({ login: z.string().min(1).max(100) });
const repository = z.object({ full_name: fullName });

const memberPayload = z.object({ member: account, repository });
const membershipPayload = z.object({ member: account, organization: owner });
const organizationPayload = z.object({
  membership: z.object({ user: account }).optional(),
  organization: owner,
});
const teamPayload = z.object({ repository: repository.nullish(), organization: owner });

type Somebody = z.infer<typeof account>;
type RolesChanged = Extract<DeliveryIntent, { type: 'roles-changed' }>;

const changed = (who: Somebody, place: RolesChanged['place'], isLess: boolean): RolesChanged => ({
  type: 'roles-changed',
  // Whose account is gone may be anybody.
  who: who?.id ?? null,
  place,
  isLess,
});

/** A collaborator of one repository. */
export const readMember = (payload: unknown, action: string): DeliveryIntent =>
  parsed(memberPayload, payload, ({ member, repository }) =>
    changed(member, { repository: repository.full_name }, action !== 'added'),
  );

/** Of a team: what that means in which repository is not told. */
export const readMembership = (payload: unknown, action: string): DeliveryIntent =>
  parsed(membershipPayload, payload, ({ member, organization }) =>
    changed(member, { owner: organization.login }, action !== 'added'),
  );

export function readOrganization(payload: unknown, action: string): DeliveryIntent {
  if (!['member_added', 'member_removed', 'deleted'].includes(action))
    return ofNobody('organization', action);
  return parsed(organizationPayload, payload, ({ membership, organization }) =>
    changed(membership?.user, { owner: organization.login }, action !== 'member_added'),
  );
}

/** `team_add` is what a repository is told, without an action. */
export function readTeam(payload: unknown, action: string): DeliveryIntent {
  if (action === 'created') return ofNobody('team', action);
  return parsed(teamPayload, payload, ({ repository, organization }) =>
    changed(
      null,
      repository ? { repository: repository.full_name } : { owner: organization.login },
      action !== 'added_to_repository' && action !== '',
    ),
  );
}

const ofNobody = (event: string, action: string): DeliveryIntent =>
  notActedOn(`Nobody may do more or less by ${shown(event)} ${shown(action)}.`);
