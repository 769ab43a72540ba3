import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { hasEnded, killAtEnd } from '../process/janitor.ts';
import { until } from '../process/wait.ts';

/** A listener with the shortest accept queue there is, which never accepts. */
const LISTENER = `
use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 0, ReuseAddr => 1)
  or die $!;
sleep;
`;

/**
 * A black-holed port: connection attempts get no answer, as behind a firewall that drops packets. The
 * listener's accept queue is full, so the kernel drops every further SYN. Answers how to release the port.
 */
export async function blackholePort(port: number): Promise<() => Promise<void>> {
  const child = spawn('perl', ['-e', LISTENER, String(port)], { stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error("Can't start perl: is it installed?");
  killAtEnd(pid);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const fillers: Socket[] = [];
  await until('connections are swallowed', async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    fillers.push(socket);
    const outcome = await Promise.race([
      new Promise((resolve) =>
        socket.once('connect', () => resolve('taken')).once('close', () => resolve('refused')),
      ),
      Bun.sleep(100).then(() => 'swallowed'),
    ]);
    return outcome === 'swallowed';
  });
  return async () => {
    for (const socket of fillers) socket.destroy();
    child.kill('SIGKILL');
    await ended;
    hasEnded(pid);
  };
}
