/** The guest agent: one process on one machine. */
import { runAgentProcess } from './agent-process.ts';

runAgentProcess();
