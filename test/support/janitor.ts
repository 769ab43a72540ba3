import { spawn } from 'node:child_process';

/**
 * A shell of its own session that waits for the end of its input, which comes when this process is
 * gone, however it went. Then it kills what was named to it and removes what was named.
 */
const SCRIPT = `
pids=' '
while IFS= read -r line; do
  what=\${line#* }
  case $line in
    'pid '*) pids="$pids$what " ;;
    'gone '*) pids=$(printf %s "$pids" | sed "s/ $what / /") ;;
    'dir '*) set -- "$@" "$what" ;;
  esac
done
for pid in $pids; do kill -KILL "$pid"; kill -CONT "$pid"; done 2> /dev/null
for dir; do rm -rf "$dir" || { sleep 1; rm -rf "$dir"; }; done 2> /dev/null
`;

// Started with the module, not within a test: bun test kills what a test started if it takes too long.
const janitor = spawn('sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
janitor.unref();

function tell(line: string): void {
  janitor.stdin.write(`${line}\n`);
}

/** The process dies with this one, if it has not ended before. */
export function killAtEnd(pid: number): void {
  tell(`pid ${pid}`);
}

/** The process has ended: its number may be somebody else's by now. */
export function hasEnded(pid: number): void {
  tell(`gone ${pid}`);
}

export function removeAtEnd(directory: string): void {
  tell(`dir ${directory}`);
}
