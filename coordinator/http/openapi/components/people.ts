/** People, secrets, the audit log. */
import { sessionView, signInLink } from '#shared/api.ts';
import { auditEntry, auditPage, auditValue, auditVerdict } from '#shared/audit.ts';
import { credentialsView, credentialView } from '#shared/credentials.ts';
import {
  browserSessionView,
  createToken,
  endSessions,
  grantRole,
  grantView,
  peopleView,
  personView,
  revokeRole,
  tokenMade,
  tokenView,
} from '#shared/people-api.ts';
import { rights } from '#shared/roles.ts';
import {
  lastGiven,
  rootKeyRotated,
  rootKeyView,
  secretDetail,
  secretLogEntry,
  secretPlace,
  secretSaved,
  secretsView,
  secretView,
  setSecret,
} from '#shared/secrets.ts';

import { type Components, named } from '../component.ts';

export const peopleComponents: Components = {
  Session: named(sessionView, 'Who asks, and whom.'),
  Rights: named(rights, 'What somebody may.'),
  SignInLink: named(signInLink, 'Signs one browser in, once.'),
  BrowserSession: named(browserSessionView, 'A browser that is signed in.'),
  EndSessions: named(endSessions, 'Whose sessions to end.'),
  Token: named(tokenView, 'A token, without what opens with it.'),
  TokenMade: named(tokenMade, 'A token that was just made: the only time that it is shown.'),
  CreateToken: named(createToken, 'What a token is to be good for.'),
  People: named(peopleView, 'Who has signed in, and which roles were given.'),
  Person: named(personView, 'Somebody who has signed in.'),
  Grant: named(grantView, 'A role that was given by hand.'),
  GrantRole: named(grantRole, 'Who gets which role where.'),
  RevokeRole: named(revokeRole, 'Which role to take back.'),
  Secret: named(secretView, 'A secret without its value.'),
  LastGiven: named(lastGiven, 'The job that was given a secret last.'),
  SecretDetail: named(secretDetail, 'A secret with its log.'),
  SecretLogEntry: named(secretLogEntry, 'What happened to a secret.'),
  SecretPlace: named(secretPlace, 'Names a secret.'),
  SetSecret: named(setSecret, 'A secret, and who may have it.'),
  SecretSaved: named(secretSaved, 'What was set.'),
  Secrets: named(secretsView, 'All secrets, without values.'),
  RootKey: named(rootKeyView, 'The key that wraps all others.'),
  RootKeyRotated: named(rootKeyRotated, 'What became of hanging secrets on another key.'),
  AuditEntry: named(auditEntry, 'One act.'),
  AnyValue: named(auditValue, 'Anything that JSON can say.'),
  AuditPage: named(auditPage, 'Some entries, and where the next ones are.'),
  AuditVerdict: named(auditVerdict, 'Whether the chain of entries holds.'),
  Credential: named(credentialView, 'A credential that is in force.'),
  Credentials: named(credentialsView, 'All of them.'),
};
