/** A command line as it is typed, and what it is for. */
type Example = readonly [line: string, what: string];

/** By command; those of the program itself are what a stranger wants to see first. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  capture2check: [
    ['tcpdump -i any -s 0 -w session.pcap tcp port 1080', 'record one session, as of:'],
    ['curl -x socks5h://127.0.0.1:1080 http://client3.google.com/generate_204', 'a client'],
    ['capture2check session.pcap', 'the rules, to paste into a section'],
    ['capture2check session.pcap -o check.cfg', 'the same in a file'],
    ['capture2check --complete session.pcap', 'a file that HAProxy runs as it is'],
    ['capture2check list session.pcap', 'what is in the capture'],
    ['capture2check prove session.pcap', 'which broken servers it finds'],
  ],
  derive: [
    ['capture2check session.pcap', 'the rules, to paste into a section'],
    ['capture2check -q session.pcap -o check.cfg', 'in a file, without words'],
    ['capture2check session.pcap --stream 2', 'of one conversation'],
    ['capture2check --section backend session.pcap', 'a whole section'],
    ['capture2check --complete session.pcap', 'a file that HAProxy runs as it is'],
    ['capture2check --secrets env session.pcap', 'credentials from the environment'],
    ['capture2check --probe http://probe.example/health session.pcap', 'asks for an address of your own'],
    ['tcpdump -w - tcp port 1080 | capture2check -', 'until Ctrl-C'],
  ],
  prove: [
    ['capture2check prove session.pcap', 'every twin and variant, in the model'],
    ['capture2check prove --haproxy haproxy session.pcap', 'in a real HAProxy as well'],
    ['capture2check prove --expect prefix session.pcap', 'what a weaker form loses'],
    ['capture2check prove session.pcap | grep UP', 'what it takes for healthy'],
  ],
  verify: [
    ['capture2check verify session.pcap --to 127.0.0.1:1080', 'step by step, with times'],
    ['capture2check verify session.pcap --to 127.0.0.1:1080 --to 127.0.0.1:1081', 'several servers'],
    ['capture2check verify session.pcap --to 127.0.0.1:1080 --haproxy haproxy', 'a real HAProxy asks'],
  ],
  fixture: [
    ['capture2check fixture session.pcap', 'without secrets, to stdout'],
    ['capture2check fixture session.pcap -o good.json', 'in a file'],
    ['capture2check fixture session.pcap -o .', 'a file a conversation, in a folder'],
  ],
  compare: [
    ['capture2check compare old.pcap new.pcap', 'does the old check still hold?'],
    ['capture2check compare good.json new.pcap', 'with a fixture'],
  ],
  serve: [
    ['capture2check serve session.pcap', 'on a free port, which is printed'],
    ['capture2check serve session.pcap --listen 127.0.0.1:1080', 'on this one'],
    ['capture2check serve session.pcap --list-faults', 'how it can be broken'],
    ["capture2check serve session.pcap --fault 'reply 1: silence'", 'broken like that'],
  ],
  audit: [
    ['capture2check audit haproxy.cfg --capture session.pcap', 'all its checks'],
    ['capture2check audit haproxy.cfg --section socks --capture session.pcap', 'those of one section'],
  ],
  quirks: [
    ['capture2check quirks session.pcap', 'a sheet for each server'],
    ['capture2check quirks --cause refused=refused.pcap session.pcap', 'with what was wrong then'],
    ['capture2check quirks --compare --called old=old.pcap --called new=new.pcap', 'servers side by side'],
    ['capture2check quirks --format markdown session.pcap', 'for a ticket'],
  ],
  report: [
    ['capture2check report session.pcap -o report.html', 'to look at, or for a ticket'],
    ['capture2check report --stream 2 session.pcap -o report.html', 'of one conversation, whatever came of it'],
  ],
  list: [
    ['capture2check list session.pcap', 'a line a conversation'],
    ['capture2check list session.pcap | grep refused', 'those that were refused'],
    ['capture2check list --json session.pcap', 'for programs'],
  ],
  show: [
    ['capture2check show session.pcap', 'the first conversation'],
    ['capture2check show --stream 2 session.pcap', 'another one'],
    ['capture2check show --redact session.pcap', 'without its secrets'],
    ['capture2check show --raw server session.pcap', "one side's bytes"],
  ],
  completion: [
    ['source <(capture2check completion bash)', 'bash: in ~/.bashrc'],
    ['source <(capture2check completion zsh)', 'zsh: in ~/.zshrc, behind compinit'],
    ['capture2check completion fish | source', 'fish: in ~/.config/fish/config.fish'],
  ],
  help: [
    ['capture2check help verify', 'how a command is used'],
    ['capture2check help limits', 'the bounds, and how to change them'],
    ['capture2check help warnings', 'what is warned of, and how to leave it out'],
  ],
};

/** What exit code 1 means, by command. */
export const NO: Readonly<Record<string, string>> = {
  capture2check: 'the answer is no (nothing to derive from, a fault, a server that is down)',
  derive: 'nothing to derive from',
  prove: 'the check is wrong about a server, or late',
  verify: 'a server is down',
  fixture: 'no such conversation',
  compare: 'something changed',
  serve: 'no conversation to serve',
  audit: 'faults, or nothing could be judged',
  quirks: 'no server to tell of',
  report: 'no conversation to draw',
  show: 'no such conversation',
};
