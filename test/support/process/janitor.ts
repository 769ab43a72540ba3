import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is to be done at the end, a line each. A file: what is written is there, whatever happens next. */
const list = join(tmpdir(), `spillway-janitor-${process.pid}-${crypto.randomUUID()}`);

/**
 * A shell in a session of its own that waits for the end of its input, which comes when this
 * process is gone, however it went. Then it kills and removes what stands in the list.
 */
const SCRIPT = `
read -r _
pids=' '
while read -r what which; do
  case $what in
    pid) pids="$pids$which " ;;
    gone) pids=$(printf %s "$pids" | sed "s/ $which / /") ;;
    dir) set -- "$@" "$which" ;;
  esac
done < "$0"
for pid in $pids; do kill -KILL "$pid"; done
for dir; do rm -rf "$dir" || { sleep 1; rm -rf "$dir"; }; done
rm "$0"
`;

writeFileSync(list, '');
// Started with the module, not within a test: bun test kills what a test started if it takes too long.
// Named, so that the garbage collector does not close its input.
const janitor = spawn('sh', ['-c', SCRIPT, list], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
janitor.unref();

/** The process dies with this one, if it has not ended before. */
export function killAtEnd(pid: number): void {
  appendFileSync(list, `pid ${pid}\n`);
}

/** The process has ended: its number may belong to another process by now. */
export function hasEnded(pid: number): void {
  appendFileSync(list, `gone ${pid}\n`);
}

export function removeAtEnd(directory: string): void {
  appendFileSync(list, `dir ${directory}\n`);
}
