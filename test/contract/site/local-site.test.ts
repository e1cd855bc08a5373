import { openLocalSite } from '#agent/guest/local-site.ts';
import { openSiteBench } from './site-bench.ts';
import { describeSite } from './site-contract.ts';

describeSite('on the computer of the agent', () => openSiteBench({ open: openLocalSite }));
