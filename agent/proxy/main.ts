/** The guest agent of a computer that can run none: a process on a host, which works there over ssh. */
import { runAgentProcess } from '../guest/agent-process.ts';
import { openSshLink } from '../ssh/ssh-link.ts';
import { openFarSite } from './far-site.ts';
import { readComputer } from './read-computer.ts';

runAgentProcess(async start => {
  const { target, shell, directory } = readComputer(start.environment);
  return openFarSite(start, { link: openSshLink(target), shell, directory });
});
