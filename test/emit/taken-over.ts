const TCP = ['defaults', 'option tcp-check', 'tcp-check send D'];
const HTTP = ['defaults', 'option httpchk GET /d', 'http-check expect status 204'];
/** What a section takes over from its defaults; the rules with their lines, the section behind the defaults. */
export const TAKEN_OVER: readonly (readonly [
  sentence: string,
  defaults: readonly string[],
  own: readonly string[],
  rules: readonly string[],
])[] = [
  ['option and rules', TCP, [], ['3: send D']],
  ['the rules beside an option of its own', TCP, ['option tcp-check'], ['3: send D']],
  ['the option for rules of its own', TCP, ['tcp-check send O'], ['5: send O']],
  ['neither where it has both', TCP, ['option tcp-check', 'tcp-check send O'], ['6: send O']],
  ['nothing where the defaults have no option', ['defaults', 'tcp-check send D'], ['option tcp-check'], ['connect']],
  ['nothing for another checker', TCP, ['option httpchk'], ['5: OPTIONS / HTTP/1.0']],
  ['nothing once it chose another checker', TCP, ['option httpchk', 'option tcp-check'], ['connect']],
  ['request and rules of http-check', HTTP, [], ['2: GET /d HTTP/1.0', '3: expect status [[204,204]]']],
  ['no rules of http-check beside an option of its own', HTTP, ['option httpchk GET /o'], ['5: GET /o HTTP/1.0']],
  ['no request for a send of its own', HTTP, ['http-check send uri /o'], ['5: OPTIONS /o HTTP/1.0']],
  ['no request for an expect of its own: nothing is sent', HTTP, ['http-check expect status 200'], ['nothing sent']],
  [
    'the checker, whatever rules of the other it has',
    HTTP,
    ['tcp-check send O'],
    ['2: GET /d HTTP/1.0', '3: expect status [[204,204]]'],
  ],
  ['no rules of another checker of its own', HTTP, ['option tcp-check'], ['connect']],
  ['a checker of another protocol', ['defaults', 'option redis-check'], [], ['redis-check']],
  ['nothing where its own option is the last', HTTP, ['option httpchk', 'option redis-check'], ['redis-check']],
];
