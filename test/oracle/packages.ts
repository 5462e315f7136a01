/** Kernel images from Debian's archive, through apt, without touching the machine's own apt state. Nothing is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/claim.ts';

/** Beside the machine's own release: where Debian keeps newer kernels. */
const NEWER_SUITES = ['trixie-backports', 'sid'];

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

const TOOLS: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  gcc: 'gcc',
  'dpkg-deb': 'dpkg',
  zstd: 'zstd',
  xz: 'xz-utils',
};

/** @throws InputError that names the packages to install where a tool is missing */
export function checkTools(): void {
  const missing = Object.entries(TOOLS).filter(([tool]) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing.length === 0) return;
  const packages = missing.map(([, p]) => p).join(' ');
  throw new InputError(
    `the oracle needs ${missing.map(([t]) => t).join(', ')}: apt-get install -y --no-install-recommends ${packages} libc6-dev`,
  );
}

interface Candidate {
  name: string;
  version: string;
  size: number;
}

export class Archive {
  private readonly options: string[];
  private readonly folder: string;

  /** @param folder holds lists and packages; made where it is missing. @throws InputError where this is no Debian machine */
  constructor(folder: string) {
    this.folder = folder;
    const sources = join(folder, 'own.sources');
    for (const d of ['state/lists/partial', 'cache/archives/partial', 'debs']) mkdirSync(join(folder, d), { recursive: true });
    writeFileSync(sources, sourcesText());
    this.options = [
      `Dir::Etc::sourcelist=${sources}`,
      'Dir::Etc::sourceparts=/dev/null',
      `Dir::State=${join(folder, 'state')}`,
      'Dir::State::status=/var/lib/dpkg/status',
      `Dir::Cache=${join(folder, 'cache')}`,
      'APT::Sandbox::User=root',
      'Acquire::Languages=none',
    ].flatMap((o) => ['-o', o]);
  }

  update(): void {
    const { status, stderr } = spawnSync('apt-get', [...this.options, '-q', 'update'], { encoding: 'utf8' });
    if (status !== 0) throw new InputError(`apt-get update failed: ${(stderr.trim().split('\n').at(-1) ?? '').slice(0, 200)}`);
  }

  /** The newest image of a series for cloud machines: `{ version, bytes of the packed kernel }`. @throws InputError where there is none */
  kernel(series: string): { release: string; image: Buffer } {
    const best = this.newest(series);
    const release = best.name.replace(/^linux-(image|binary)(-unsigned)?-/, '').replace(/-unsigned$/, '');
    const deb = this.download(best.name);
    const tar = execFileSync('dpkg-deb', ['--fsys-tarfile', deb], {
      maxBuffer: 1 << 30,
    });
    const image = execFileSync('tar', ['-xO', '--wildcards', '*/vmlinuz*'], {
      input: tar,
      maxBuffer: 1 << 28,
    });
    return { release, image };
  }

  private newest(series: string): Candidate {
    const pattern = `^linux-(image|binary)(-unsigned)?-${series.replace('.', '\\.')}\\.[0-9].*-cloud-amd64$`;
    const found = execFileSync('apt-cache', [...this.options, 'search', '--names-only', pattern], { encoding: 'utf8' });
    const names = found.split('\n').flatMap((l) => (l === '' ? [] : [l.split(' ')[0]!]));
    // a package of a few kilobytes only draws in the one with the kernel
    const real = this.show(names).filter((c) => c.size > 1 << 20);
    if (real.length === 0) throw new InputError(`Debian's archive has no image of kernel ${series} any more`);
    return real.reduce((a, b) => (spawnSync('dpkg', ['--compare-versions', a.version, 'ge', b.version]).status === 0 ? a : b));
  }

  private show(names: readonly string[]): Candidate[] {
    if (names.length === 0) return [];
    const text = execFileSync('apt-cache', [...this.options, 'show', ...names], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const field = (record: string, name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(record)?.[1] ?? '';
    return text.split('\n\n').flatMap((r) =>
      r.trim() === ''
        ? []
        : [
            {
              name: field(r, 'Package'),
              version: field(r, 'Version'),
              size: Number(field(r, 'Size')),
            },
          ],
    );
  }

  private download(name: string): string {
    const cwd = join(this.folder, 'debs');
    const find = () => readdirSync(cwd).find((f) => f.startsWith(`${name}_`));
    if (!find()) spawnSync('apt-get', [...this.options, '-q', 'download', name], { cwd });
    const file = find();
    if (!file || !existsSync(join(cwd, file))) throw new InputError(`${name} could not be downloaded`);
    return join(cwd, file);
  }
}

/** The mirror is the machine's own, read from its apt at run time. */
function sourcesText(): string {
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(execFileSync('cat', ['/etc/os-release'], { encoding: 'utf8' }))?.[1] ?? '';
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)|$(RELEASE)', 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const targets = [...new Set((stdout ?? '').split('\n'))].map((l) => l.split('|'));
  const of = (release: string) => targets.find((t) => t[1] === release);
  const main = of(codename);
  if (!main) throw new InputError('the oracle takes its kernels from a Debian archive, and this machine has none among its apt sources');
  const key = existsSync(KEYRING) ? `Signed-By: ${KEYRING}\n` : '';
  const stanza = (uri: string, suites: string[]) => `Types: deb\nURIs: ${uri}\nSuites: ${suites.join(' ')}\nComponents: main\n${key}`;
  const security = of(`${codename}-security`);
  return [stanza(main[0]!, [codename, ...NEWER_SUITES]), ...(security ? [stanza(security[0]!, [`${codename}-security`])] : [])].join('\n');
}
