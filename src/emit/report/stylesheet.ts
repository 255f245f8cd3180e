import { properties } from './palette.ts';

/** What a need looks like, as the image of a lane: full, in pieces, or in dots. */
const NEEDS = {
  x: 'linear-gradient(var(--need),var(--need))',
  s: 'repeating-linear-gradient(90deg,var(--need) 0 .35em,transparent 0 .6em)',
  n: 'repeating-linear-gradient(90deg,var(--need) 0 .1em,transparent 0 .3em)',
} as const;

/** The classes of the lanes: `x1` is a byte of which the first expect needs this value. */
const lanes = [1, 2, 3, 4]
  .flatMap((lane) => Object.entries(NEEDS).map(([need, image]) => `.${need}${lane}{--lane${lane}:${image}}`))
  .join('\n');

/** The one stylesheet of a report. */
export const STYLESHEET = `:root{color-scheme:light dark;${properties(0)};--alt:rgb(0 0 0/.05);--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}
@media (prefers-color-scheme:dark){:root{${properties(1)};--alt:rgb(255 255 255/.07)}}
*{box-sizing:border-box}
html{font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;color:var(--ink);background:var(--page);-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0 auto;max-width:80rem;padding:1.5rem 1.5rem 5rem}
header{border-bottom:1px solid var(--line);padding-bottom:.75rem}
h1,h2,h3,h4,p,ul,dl,figure,pre{margin:0}
h1{font-size:1.5rem;line-height:1.25;font-weight:650;overflow-wrap:anywhere}
h2{font-size:1.15rem;font-weight:650;margin:2.5rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;font-weight:650;margin:1.6rem 0 .3rem;overflow-wrap:anywhere}
h4{font-size:.95rem;font-weight:600;overflow-wrap:anywhere}
p,li{overflow-wrap:anywhere}
p+p{margin-top:.35rem}
a{color:var(--link)}
code,pre,.dump{font-family:var(--mono)}
code{font-size:.85em;overflow-wrap:anywhere}
.of,.facts,.left-out,figcaption,.more,footer{color:var(--dim);font-size:.87rem}
nav{margin-top:.6rem;display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.9rem}
nav a{padding:.15rem 0}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
.good{color:var(--good)}
.bad{color:var(--bad)}
.warning{background:var(--warn);border-left:3px solid currentColor;padding:.35rem .7rem;margin:.35rem 0;font-size:.9rem}
ul.warning{padding-left:1.6rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:.75rem;margin-top:.75rem}
.card{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.6rem .9rem}
.card div{display:grid;grid-template-columns:7rem minmax(0,1fr);gap:.75rem;padding:.12rem 0}
.card dt{color:var(--dim);font-size:.87rem;line-height:1.7}
.card dd{margin:0;overflow-wrap:anywhere}
.script{display:grid;gap:.35rem;margin-top:.5rem}
.script pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:.8rem .9rem;overflow-x:auto;font-size:.8rem;line-height:1.65}
.script pre code{font-size:inherit;overflow-wrap:normal}
.script button{justify-self:end;font:inherit;font-size:.82rem;padding:.15rem .7rem;color:var(--ink);background:var(--page);border:1px solid var(--dim);border-radius:4px;cursor:pointer}
.legend{font-size:.9rem;margin:.3rem 0}
.legend ul{padding-left:1.1rem;margin:.4rem 0}
.legend li{line-height:2}
.legend .dump{display:list-item;font-family:inherit;font-size:inherit}
.legend .f,.legend .hex,.legend i{font-family:var(--mono);font-size:.82rem}
summary{cursor:pointer;color:var(--link)}
.stage{display:grid;grid-template-columns:minmax(0,1fr);gap:1.25rem;margin-top:.8rem}
figure{max-width:420px}
.seq{display:block;width:100%;height:auto;background:var(--panel);border:1px solid var(--line);border-radius:6px}
.seq text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:var(--ink)}
.seq .end{font-weight:650;text-anchor:middle;font-size:12px}
.seq .at{text-anchor:middle;font-size:9px;fill:var(--dim)}
.seq .at+.at{text-anchor:end}
.seq .title,.seq .meta,.seq .gone text{text-anchor:middle}
.seq .title{font-size:10.5px}
.seq .meta,.seq .time,.seq .note{font-size:9.5px;fill:var(--dim)}
.seq .layer{font-size:10px;font-weight:650;fill:var(--dim)}
.seq path{fill:none;stroke:var(--dim);stroke-width:1}
.seq .life{stroke:var(--line);stroke-width:2}
.seq .lead{stroke-width:.6}
.seq .band{stroke:var(--dim);stroke-width:.8;fill:var(--page)}
.seq .tunnel{fill:var(--fixed);stroke-dasharray:5 3}
.seq .arrow{stroke-width:1.6}
.seq .client .arrow{stroke:var(--client)}
.seq .server .arrow{stroke:var(--server)}
.seq .client .head{fill:var(--client);stroke:none}
.seq .server .head{fill:var(--server);stroke:none}
.seq .opening .arrow,.seq .closing .arrow{stroke-width:1;stroke-dasharray:4 2}
.seq .opening .title,.seq .closing .title{font-size:10px;fill:var(--dim)}
.seq .hole{stroke:var(--bad);stroke-width:4;stroke-dasharray:2 2}
.seq .gap .title,.seq .reset{fill:var(--bad);stroke:none}
.seq .reset{stroke:var(--bad);stroke-width:1.6}
.seq .gone path{stroke:var(--panel);stroke-width:3;stroke-dasharray:3 3}
.seq .gone text{font-style:italic;font-size:10px;fill:var(--dim)}
.seq a:hover .title{text-decoration:underline}
.seq a:focus-visible{outline:2px solid var(--link)}
figcaption{margin-top:.3rem}
.msg{border-top:1px solid var(--line);padding:.8rem 0 1rem;display:grid;grid-template-columns:minmax(0,1fr);gap:.2rem 1.25rem}
.msg:first-child{border-top:0;padding-top:0}
.msg:target{background:var(--panel)}
.who{font-size:.78rem;font-weight:650;border:1px solid currentColor;border-radius:3px;padding:0 .35rem;margin-right:.3rem}
.who::after{content:' →'}
.server .who::after{content:' ←'}
.client .who{color:var(--client)}
.server .who{color:var(--server)}
.dump{display:grid;grid-template-columns:5ch max-content minmax(0,1fr);column-gap:1.2ch;font-size:12px;line-height:1.9;margin:.5rem 0}
.dump pre{font-size:inherit;line-height:inherit}
.d1{line-height:2.4}.d2{line-height:2.8}.d3{line-height:3.2}.d4{line-height:3.6}
.off{color:var(--dim);text-align:right}
.off.wide{display:none}
.dump .hex{width:24ch}
.dump .text{width:8ch;color:var(--dim)}
.text{white-space:break-spaces;line-break:anywhere;word-break:break-all}
.f{border-radius:2px;padding:.12em 0;-webkit-box-decoration-break:clone;box-decoration-break:clone;text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.25em}
.fixed{background:var(--fixed);text-decoration-color:var(--dim)}
.outcome{background:var(--outcome);font-weight:700;text-decoration-style:double}
.volatile{background:var(--volatile);font-style:italic;text-decoration-style:wavy;text-decoration-color:var(--dim)}
.secret{background:var(--secret);text-decoration-style:dashed}
.none{text-decoration:none}
.f:nth-of-type(even){background-image:linear-gradient(var(--alt),var(--alt))}
i{font-style:inherit;background-repeat:no-repeat;background-size:100% 2px;background-image:var(--lane1,none),var(--lane2,none),var(--lane3,none),var(--lane4,none);background-position:0 1.75em,0 2.1em,0 2.45em,0 2.8em}
${lanes}
.d1 i,.d2 i,.d3 i,.d4 i{padding-bottom:1.3em}
.v{text-decoration:overline dotted .15em;text-decoration-color:var(--ink)}
.cut{position:absolute;z-index:1;margin:-.2em 0 0 -.35em;border-left:2px solid var(--ink);height:2.1em;font:600 9.5px/1 system-ui,sans-serif;color:var(--ink)}
.legend .cut{position:static;padding:0 .4em 0 .15em}
.expects{list-style:none;padding:0;font-size:.87rem;display:grid;gap:.35rem}
.expects li{border-left:3px solid var(--need);padding-left:.6rem}
.rule{display:block;color:var(--dim)}
table{border-collapse:collapse;width:100%;font-size:.87rem;margin:.5rem 0}
caption{text-align:left;color:var(--dim)}
th,td{text-align:left;vertical-align:top;padding:.3rem .9rem .3rem 0;border-top:1px solid var(--line);overflow-wrap:break-word;font-weight:400}
thead th{color:var(--dim);border-top:0}
.varies{width:auto}
.value{display:inline-block;margin-right:1rem}
.lost td{color:var(--bad);font-weight:600}
.tag{white-space:nowrap;font-size:.8rem;border:1px solid currentColor;border-radius:3px;padding:0 .35rem}
.violation{color:var(--bad)}
.note{border-left:3px solid var(--dim);padding:.1rem 0 .1rem .7rem;margin:.4rem 0;font-size:.87rem;color:var(--ink)}
.note.violation{border-color:var(--bad)}
.note .more{margin-top:.1rem}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.8rem}
.hex .f:hover::after,.hex .f:focus::after{content:attr(aria-label);position:fixed;left:.75rem;right:.75rem;bottom:.75rem;z-index:9;white-space:pre-line;font:14px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;color:var(--ink);background:var(--page);border:1px solid var(--dim);border-radius:6px;padding:.6rem .9rem;box-shadow:0 2px 14px rgb(0 0 0/.25);text-decoration:none;overflow-wrap:anywhere}
@media (min-width:620px){.off.wide{display:block}.off.narrow{display:none}.dump .hex{width:48ch}.dump .text{width:16ch}.hex .f:hover::after,.hex .f:focus::after{left:auto;right:1.5rem;bottom:1.5rem;max-width:26rem}}
@media (min-width:1024px){.stage{grid-template-columns:372px minmax(0,1fr);gap:2rem}figure{position:sticky;top:1rem;align-self:start}}
@media (min-width:1240px){.msg{grid-template-columns:36rem minmax(0,1fr);grid-template-rows:auto auto 1fr}.msg>*{grid-column:1}.msg>aside{grid-column:2;grid-row:1/span 3}}
@media (max-width:619px){body{padding:1rem 1rem 5rem}.card div{grid-template-columns:minmax(0,1fr);gap:0}.proof td:nth-child(3),.proof th:nth-child(3){display:none}.quirks thead{display:none}.quirks td{display:block;border-top:0;padding:.1rem 0}.quirks tr{display:block;border-top:1px solid var(--line);padding:.4rem 0}}
@media (forced-colors:active){:root{--need:CanvasText}i,.hex .f{forced-color-adjust:none}}
@media print{details::details-content{content-visibility:visible}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{${properties(0)};color-scheme:light}html{font-size:10.5pt}body{max-width:none;padding:0}nav,.script button,.legend summary{display:none}.script pre{white-space:pre-wrap;overflow-wrap:anywhere}figure{position:static}.stage{display:block}.messages{margin-top:1rem}.msg,.card,.seq{break-inside:avoid}h2,h3,h4{break-after:avoid}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
