import { runCoordinator } from '#coordinator/main.ts';

process.exitCode = await runCoordinator({
  configFile: process.env.PADDOCK_CONFIG ?? null,
  environment: process.env,
  directory: process.cwd(),
  print: console.log,
});
