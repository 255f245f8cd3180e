import { PROXIES } from './proxies.ts';
import { tryProxy } from './rig.ts';
import { furnish } from './sandbox.ts';

/*
 * The first process of namespaces of its own: with it all that it started ends. It tries one proxy and prints what it found.
 *     unshare --net --mount --pid --ipc --fork --kill-child --mount-proc node run.js NAME open|password
 */
process.stdin.on('end', () => process.exit(1)).resume(); // whoever asked is gone, however it ended
const [, , name, setting] = process.argv;
const proxy = PROXIES.find((each) => each.name === name);
if (proxy === undefined) throw new Error(`no proxy ${name}`);
process.umask(0); // servers that drop their rights write to the lab's folders
furnish();
const report = await tryProxy(proxy, setting === 'password');
process.stdout.write(JSON.stringify(report), () => process.exit(0));
