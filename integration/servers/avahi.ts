import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.ts";
import { libraryPath, unpackedPackages } from "./debian-packages.ts";
import { run, which } from "./run.ts";

/** Avahi's programs, and what they need to run. */
export interface Avahi {
  readonly description: string;
  readonly daemon: string;
  readonly browse: string;
  readonly publish: string;
  readonly dbus: string;
  readonly env: NodeJS.ProcessEnv;
}

const PACKAGES = [
  ...["avahi-daemon", "avahi-utils", "libavahi-core7", "libavahi-client3", "libavahi-common3", "libdaemon0"],
  ...["libdbus-1-3", "libexpat1", "libcap2", "libgdbm6"],
];
const DBUS_PACKAGES = ["dbus-daemon", "libapparmor1", "libaudit1", "libcap-ng0", "libselinux1", "libsystemd0"];

export interface FindOptions {
  /** As if nothing were installed. */
  readonly ignoreInstalled?: boolean;
  readonly cache?: string;
}

/**
 * Avahi as installed, or else from Debian packages unpacked into the cache.
 *
 * @throws Error that says why there is none
 */
export async function findAvahi({ ignoreInstalled = false, cache }: FindOptions = {}): Promise<Avahi> {
  const installed = (program: string) => (ignoreInstalled ? undefined : which(program));
  const [daemon, browse, publish] = ["avahi-daemon", "avahi-browse", "avahi-publish"].map(installed);
  const dbus = installed("dbus-daemon");
  if (daemon && browse && publish && dbus) return described({ daemon, browse, publish, dbus, env: {} });
  const root = await unpackedPackages("avahi", dbus ? PACKAGES : [...PACKAGES, ...DBUS_PACKAGES], cache);
  return described({
    daemon: join(root, "usr/sbin/avahi-daemon"),
    browse: join(root, "usr/bin/avahi-browse"),
    publish: join(root, "usr/bin/avahi-publish"),
    dbus: dbus ?? join(root, "usr/bin/dbus-daemon"),
    env: { LD_LIBRARY_PATH: await libraryPath(root) },
  });
}

async function described(avahi: Omit<Avahi, "description">): Promise<Avahi> {
  // A library that is missing shows here, and not in the middle of a test.
  const version = await run([avahi.daemon, "--version"], { env: { ...process.env, ...avahi.env } });
  await run([avahi.dbus, "--version"], { env: { ...process.env, ...avahi.env } });
  return { ...avahi, description: `${version.trim()}, ${avahi.daemon}` };
}

/** Where to run it: `ip netns exec …`, for instance. */
export type Prefix = readonly string[];

/** A running Avahi daemon with a message bus of its own. */
export class AvahiDaemon implements AsyncDisposable {
  readonly #avahi: Avahi;
  readonly #prefix: Prefix;
  readonly #folder: string;
  readonly #children: Child[] = [];

  private constructor(avahi: Avahi, prefix: Prefix, folder: string) {
    this.#avahi = avahi;
    this.#prefix = prefix;
    this.#folder = folder;
  }

  /** Starts one and waits until it has joined the network. */
  static async start(avahi: Avahi, prefix: Prefix): Promise<AvahiDaemon> {
    const folder = await mkdtemp(join(tmpdir(), "rollcall-avahi-"));
    const daemon = new AvahiDaemon(avahi, prefix, folder);
    try {
      await daemon.#start();
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
    return daemon;
  }

  /** Starts `avahi-browse --resolve --parsable` for a type such as `_orders._tcp`. */
  browse(type: string): Child {
    return this.#run([this.#avahi.browse, "--resolve", "--parsable", type]);
  }

  /** Starts `avahi-publish -s` for a service of this host. */
  async publish(name: string, type: string, port: number, ...txt: string[]): Promise<Child> {
    const child = this.#run([this.#avahi.publish, "-s", name, type, String(port), ...txt]);
    await child.line((line) => line.includes("Established"));
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The last first: clients, the daemon, the bus.
    for (const child of this.#children.reverse()) await child.kill("SIGTERM");
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const [busConfig, config] = [join(this.#folder, "bus.conf"), join(this.#folder, "avahi.conf")];
    await writeFile(busConfig, busConfigFor(join(this.#folder, "bus")));
    await writeFile(config, AVAHI_CONFIG);
    const bus = this.#run([
      this.#avahi.dbus,
      `--config-file=${busConfig}`,
      "--nofork",
      "--nopidfile",
      "--print-address",
    ]);
    await bus.line((line) => line.startsWith("unix:"));
    // The daemon keeps its process id below /run: in a mount namespace of its own that is nobody else's.
    const script = 'mount -t tmpfs tmpfs /run && mkdir /run/avahi-daemon && exec "$@"';
    const options = ["--no-drop-root", "--no-chroot", "--no-proc-title", "--no-rlimits", "--file", config];
    const daemon = this.#run(["unshare", "--mount", "sh", "-c", script, "sh", this.#avahi.daemon, ...options]);
    await daemon.line((line) => line.includes("Server startup complete"));
  }

  #run(command: readonly string[]): Child {
    const env = { ...this.#avahi.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(this.#folder, "bus")}` };
    const child = new Child([...this.#prefix, ...command] as [string, ...string[]], { env });
    this.#children.push(child);
    return child;
  }
}

const AVAHI_CONFIG = `[server]
host-name=avahi-host
use-ipv4=yes
use-ipv6=yes
enable-dbus=yes
[wide-area]
enable-wide-area=no
[publish]
publish-hinfo=no
publish-workstation=no
`;

function busConfigFor(socket: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
`;
}
