import { openSqliteBench } from './sqlite-bench.ts';
import { describeStore } from './store-contract.ts';

describeStore('SQLite', openSqliteBench);
