/** Runs a command to its end; throws with its output if it fails. */
export async function run(command: string[], env: Record<string, string> = {}): Promise<void> {
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe', env: { ...process.env, ...env } });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${(err || out).slice(-2000)}`);
}

export const isInstalled = (program: string) => Bun.which(program) !== null;

/** Whether this process may install packages of the distribution. */
export const mayInstall = () => process.getuid?.() === 0 && isInstalled('apt-get');

/** Installs packages of Debian or Ubuntu, without starting the services in them. */
export async function install(...packages: string[]): Promise<void> {
  console.warn(`Installing ${packages.join(', ')} for the tests`);
  // In runlevel 1 no service is started after its installation.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run(['apt-get', 'update', '-qq'], env);
  await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], env);
}
