import { join } from 'node:path';
import type { Launch } from './child.ts';

const ROOT = join(import.meta.dir, '../../..');

interface DevOptions {
  /** The settings file, as seen from the root of the repository. */
  readonly config: string;
  readonly environment?: string;
}

export const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');

/** Settings of wrangler itself: no prompts, no network, and its logs beside the dependencies. */
export const WRANGLER_SETTINGS = {
  CI: '1',
  XDG_CONFIG_HOME: join(ROOT, 'node_modules/.cache'),
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
};

const OPTIONS =
  '--local --test-scheduled --persist-to state --ip 127.0.0.1 --port 0 --inspector-port 0 --show-interactive-dev-session false'.split(
    ' ',
  );

/** How wrangler tells where it listens. */
export const WRANGLER_READY = /Ready on (http:\S+)/;

/**
 * Runs a Worker on workerd, on any free port; what it keeps is in the directory that it runs in.
 * `node` is the program. The environment of wrangler is that of the Worker.
 */
export function wranglerDev(node: string, { config, environment }: DevOptions): Launch {
  const settings = ['--config', join(ROOT, config), ...(environment ? ['--env', environment] : [])];
  return {
    command: [node, WRANGLER, 'dev', ...OPTIONS, ...settings],
    env: { ...WRANGLER_SETTINGS, CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true' },
    isGroup: true,
  };
}
