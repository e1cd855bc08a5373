/** What Buildbot is told: one worker with two places, one builder for each row, started by GitHub's webhook. */
export type MasterFacts = {
  webPort: number;
  workerPort: number;
  secret: string;
  commands: Record<string, string[]>;
  /** Builders of these names check the commit out before their command. */
  withSource: { names: string[]; url: string };
};

const python = (value: unknown): string => JSON.stringify(value);

export const masterConfig = ({ webPort, workerPort, secret, commands, withSource }: MasterFacts): string => `
from buildbot.plugins import *

commands = ${python(commands)}
with_source = ${python(withSource.names)}

def builder(name):
    factory = util.BuildFactory()
    if name in with_source:
        factory.addStep(steps.Git(repourl=${python(withSource.url)}, branch=name, mode='full', method='clean', haltOnFailure=True))
    factory.addStep(steps.ShellCommand(command=commands[name], haltOnFailure=True))
    return util.BuilderConfig(name=name, workernames=['worker'], factory=factory, collapseRequests=False)

def scheduler(name):
    only = util.ChangeFilter(branch=name)
    return schedulers.SingleBranchScheduler(name=name, change_filter=only, treeStableTimer=None, builderNames=[name])

c = BuildmasterConfig = {
    'workers': [worker.Worker('worker', 'password', max_builds=2)],
    'protocols': {'pb': {'port': 'tcp:${workerPort}:interface=127.0.0.1'}},
    'change_source': [],
    'collapseRequests': False,
    'builders': [builder(name) for name in commands],
    'schedulers': [scheduler(name) for name in commands],
    'www': {
        'port': 'tcp:${webPort}:interface=127.0.0.1',
        'plugins': {},
        'change_hook_dialects': {'github': {'secret': ${python(secret)}, 'strict': True}},
    },
    'db': {'db_url': 'sqlite:///state.sqlite'},
    'title': 'bench',
    'titleURL': 'http://127.0.0.1:${webPort}/',
    'buildbotURL': 'http://127.0.0.1:${webPort}/',
    'buildbotNetUsageData': None,
}
`;
