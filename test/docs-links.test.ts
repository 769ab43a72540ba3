import { expect, test } from 'bun:test';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Glob } from 'bun';

const ROOT = join(import.meta.dir, '..');
const scan = (pattern: string) => [...new Glob(pattern).scanSync(ROOT)].toSorted();
const pages = [...scan('*.md'), ...scan('docs/**/*.md')];

/** A page without its blocks of code, in which nothing is a link or a heading. */
function proseOf(path: string): string {
  return readFileSync(path, 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
}

/** The files and headings that a page refers to, and the pictures that it shows. */
function targetsOf(path: string): string[] {
  const withoutSpans = proseOf(path).replaceAll(/`[^`\n]*`/g, '');
  return [...withoutSpans.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
    .map(([, link, image]) => link ?? image ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(path: string): Set<string> {
  const headings = [...proseOf(path).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text.toLowerCase());
  return new Set(headings.map((text) => text.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
}

test.each(pages)('every relative link of %s leads to a file, and to a heading where it names one', (page) => {
  const from = join(ROOT, page);
  const dead = targetsOf(from).filter((target) => {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? from : join(dirname(from), file);
    if (!existsSync(path)) return true;
    return anchor !== undefined && statSync(path).isFile() && !anchorsOf(path).has(anchor);
  });
  expect(dead).toEqual([]);
});

/** Code spans that name a part of a file, as in "`park` in `src/accept/take.ts`" or "`park` (`src/accept/take.ts`)". */
function namedParts(page: string): { part: string; file: string }[] {
  const spans = /`([\w.]+)(?:\([^`]*\))?` (?:in |\()`((?:src|test)\/[\w./-]+\.ts)`/g;
  return [...page.matchAll(spans)].map(([, part = '', file = '']) => ({ part, file }));
}

test.each(pages)('every function that %s places in a file is in that file', (page) => {
  const missing = namedParts(proseOf(join(ROOT, page))).filter(({ part, file }) => {
    const path = join(ROOT, file);
    const name = part.split('.').at(-1) ?? part;
    return !existsSync(path) || !new RegExp(`\\b${name}\\b`).test(readFileSync(path, 'utf8'));
  });
  expect(missing).toEqual([]);
});

test.each(pages)('every file of src and test that %s names exists', (page) => {
  const paths = [...proseOf(join(ROOT, page)).matchAll(/`((?:src|test)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('there are pages to look at', () => {
  expect(pages).toContain('README.md');
  expect(pages.length).toBeGreaterThan(10);
});
