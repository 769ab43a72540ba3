/** One thing gone wrong in a file: `find`, which stands there once, is replaced. */
export type Mutant = readonly [what: string, find: string, replace: string];

const CIRCUIT: readonly Mutant[] = [
  ['late results have a vote', 'epoch === this.#epoch && ', ''],
  ['a change of state makes no result late', 'return;\n      this.#epoch++;', 'return;'],
  ['a forced change makes no result late', 'mode;\n    this.#epoch++;', 'mode;'],
  ['what says nothing counts', "verdict.kind !== 'neutral' && ", ''],
  ['an answer does not end the row', '&& this.#machine.isClean', ''],
  ['two trials may run', "this.state === 'open' && this.#timer", 'this.#timer'],
  ['a trial is due at once', ' && this.#timer.dueInMs === 0', ''],
  ['forced open is ignored', "return this.#mode === 'auto' && ", 'return '],
  ['forced closed is ignored', "epoch === this.#epoch && this.#mode === 'auto';", 'epoch === this.#epoch;'],
  ['forced, the timer goes on', 'this.#timer.cancel();\n    if (mode', 'if (mode'],
  [
    'forced closed keeps the count',
    "if (mode !== 'auto') this.#mach",
    "if (mode !== 'auto' && !(mode === 'forced-closed' && this.state === 'closed')) this.#mach",
  ],
  ['automatic again, no trial comes', 'else this.tryNow();', ''],
  ['news opens what an operator holds', "if (this.#mode !== 'auto' || this.state !== 'closed') return;", ''],
  [
    'news makes no result late',
    "this.#epoch++;\n    this.#machine = this.#begin('open');\n    this.#timer",
    "this.#machine = this.#begin('open');\n    this.#timer",
  ],
  ['opened by news, no trial comes', 'this.#timer.opened(undefined);', ''],
  ['news is not told', 'this.#notifier.news(reason);', ''],
  [
    'told to try, it tries what an operator holds',
    "if (this.#mode === 'auto' && this.state === 'open') this.#timer.start(0);",
    "if (this.state === 'open') this.#timer.start(0);",
  ],
  ['automatic again, it waits as after an opening', 'this.#timer.start(0)', 'this.#timer.opened(undefined)'],
  ['a trial from before the force has a say', 'if (machine !== this.#machine) return;', ''],
  ['a forced change is not told', "this.#notifier.change(this.state, mode, 'operator');", ''],
  ['the same mode again is a change', 'if (mode === this.#mode) return;', ''],
  ['the timer of a trial is never started', "if (this.state === 'open') this.#timer.opened(trial);", ''],
  [
    'the timer goes on while a call is the trial',
    'this.#timer.cancel();\n    this.#trialIs',
    'this.#trialIs',
  ],
  ['a lost trial holds the circuit for ever', 'this.#giveUpLostTrial();', ''],
  ['a trial counts as lost before its time', '+ 2 * (this.#settings', '+ 0.5 * (this.#settings'],
  [
    'asked for its own trial, it makes none',
    'if (this.#trial && this.#trialIsDue) await',
    'if (!this.#trial) await',
  ],
  ['asked for its own trial, it makes it too early', 'this.#trial && this.#trialIsDue', 'this.#trial'],
  ['the circuit never tries by itself', 'if (this.#trial) this', 'if (this.#trial && this.#epoch < 0) this'],
  ['a slow trial is a good one', 'this.#slowRule.apply(judge(value), began),', 'judge(value),'],
  ['slow calls are as good as others', 'this.#slowRule.apply(judge(value), began);', 'judge(value);'],
  [
    'faults of trials are not told',
    "      if (verdict.kind === 'fault')",
    "      if (verdict.kind === 'neutral')",
  ],
  [
    'faults are told only if they have a vote',
    "this.#evidence.see(verdict);\n    if (verdict.kind === 'fault')",
    "this.#evidence.see(verdict);\n    if (verdict.kind === 'fault' && this.#hasVote(verdict, epoch))",
  ],
  [
    'forced open, a retry is said to have a chance at once',
    "if (this.#mode === 'forced-open') return this.#settings.resetTimeoutMs;",
    '',
  ],
];

const STATE_MACHINE: readonly Mutant[] = [
  ['an answer counts as a fault', "kind !== 'answered'", "kind !== 'neutral'"],
  ['it opens one fault late', 'new ConsecutiveBreaker(failMax)', 'new ConsecutiveBreaker(failMax + 1)'],
  [
    'it opens one fault early',
    'new ConsecutiveBreaker(failMax)',
    'new ConsecutiveBreaker(Math.max(1, failMax - 1))',
  ],
  ['it waits by the wall clock', 'duration: Number.NEGATIVE_INFINITY', 'duration: 0'],
  ['an answer overtakes the faults before it', ' && this.#uncounted === 0', ''],
  [
    'answers are counted after the first fault alone',
    'this.#counter.state === 0',
    'this.#counter.state <= 1',
  ],
  ['forced open, it begins closed', "...(begin === 'open' && { initialState: OPEN }),", ''],
  ['it waits reset_timeout after a failed trial', 'onChange(verdict);', 'onChange(verdict && undefined);'],
  ['it waits timeout_duration after every opening but the first', 'this.#trial = undefined;', ''],
];

const TIMER: readonly Mutant[] = [
  ['no jitter', '+ jitterMs', ''],
  ['a jitter without a cap', 'Math.min(ms * JITTER, MAX_JITTER_MS)', 'ms * JITTER'],
  ['always the longest jitter', ' * this.#random()', ''],
  ['the jitter makes it earlier', 'ms + jitterMs', 'ms - jitterMs'],
  [
    'a call waits for the jitter too',
    'this.#dueAt = this.#clock.now() + ms;',
    'this.#dueAt = this.#clock.now() + ms + this.#random();',
  ],
  ['it spins after a trial that said nothing', ', NEUTRAL_PAUSE_MS', ''],
  [
    'a trial that said nothing is a failed one',
    "else if (trial.kind === 'neutral') this.start(0, NEUTRAL_PAUSE_MS);",
    '',
  ],
  ['a stop is no stop', 'this.#isStopped = true;', ''],
  ['a stop leaves the timer that runs', 'true;\n    this.cancel();', 'true;'],
  [
    'it is due for calls at the same time as before',
    'this.#dueAt = this.#clock.now() + ms;',
    'this.#dueAt ||= this.#clock.now() + ms;',
  ],
  [
    'retryInMs is below 0 when it is overdue',
    'Math.max(0, this.#dueAt - this.#clock.now())',
    'this.#dueAt - this.#clock.now()',
  ],
];

const TRIAL: readonly Mutant[] = [
  ['a trial may take for ever', 'within(clock, limitMs,', 'within(clock, Infinity,'],
  ['without a setting a trial may take for ever', 'limitMs = TRIAL_TIMEOUT_MS', 'limitMs = Infinity'],
  [
    'a trial that runs out of time says nothing',
    "kind: 'fault', reason: `The trial gave",
    "kind: 'neutral', reason: `The trial gave",
  ],
  [
    'a trial that throws is no fault',
    "kind: 'fault', reason: `The trial threw",
    "kind: 'neutral', reason: `The trial threw",
  ],
  ['what throws at once is an exception of the circuit', '(async () => call())()', 'call()'],
];

const SLOW: readonly Mutant[] = [
  ['what takes just as long is too slow', '<= slowMs', '< slowMs'],
  ['the slow rule is off', 'this.#clock.now() - began <= slowMs', 'began !== slowMs'],
  ['large batches may not be slow', ' || verdict.mayBeSlow', ''],
  ['faults are called slow', "verdict.kind !== 'answered' || ", ''],
  [
    'a shared call votes for each that shares it',
    'if (!this.#votes.admits(verdict.call)) return NEUTRAL;',
    '',
  ],
  ['a shared call is an answer for those who come second', 'return NEUTRAL;', 'return verdict;'],
];

const NOTIFIER: readonly Mutant[] = [
  ['a listener that comes later hears nothing', 'this.#listeners.push(listener);', 'void listener;'],
  ['what throws outside breaks a call', 'catch {', 'catch (error) {\n    throw error;'],
  ['it is not said why it opened', "by === 'calls' && state === 'open' ?", "state === 'closed' ?"],
];

const VOTES: readonly Mutant[] = [
  ['a wire call votes for each that shares it', 'if (this.#voted.has(call)) return false;', ''],
];

const JUDGE: readonly Mutant[] = [
  ['a large batch of the backlog is held against Kafka', 'mayBlame && ', ''],
  ['published messages do not say by which call', 'call = result.call;', ''],
  [
    'what was not tried is an answer',
    "case 'refused':\n          break;",
    "case 'refused':\n          verdict = ANSWERED;\n          break;",
  ],
];

/** By the name of the file in `src/breakers`. */
export const MUTANTS: Readonly<Record<string, readonly Mutant[]>> = {
  'circuit.ts': CIRCUIT,
  'state-machine.ts': STATE_MACHINE,
  'trial-timer.ts': TIMER,
  'bounded-trial.ts': TRIAL,
  'slow-rule.ts': SLOW,
  'circuit-notifier.ts': NOTIFIER,
  'verdict.ts': VOTES,
  'publish-judge.ts': JUDGE,
};
