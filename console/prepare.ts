// Builds the pages after `npm ci`, so that a clone is whole after it. An installation without development packages cannot
// build: it is given console/dist, as the Dockerfile does.

try {
  const { build } = await import('vite');
  await build({ configFile: new URL('vite.config.ts', import.meta.url).pathname, logLevel: 'warn' });
} catch (error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
  console.log('The console is not built: Vite is not installed.');
}
