import { describeDriver } from './driver-contract.ts';
import { openProcessBench } from './process-bench.ts';

describeDriver('process', () => openProcessBench());
