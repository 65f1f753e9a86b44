/** The page's own style: it must look right on any machine, on paper too. */
export const STYLE = `
:root{color-scheme:light dark;--paper:light-dark(#fbfaf7,#141513);--ink:light-dark(#1d1c1a,#ece9e2);--muted:light-dark(#625d55,#a8a399);--line:light-dark(#e5e1d8,#2f302d);--baseline:light-dark(#7d786b,#a39d8b);--lora:light-dark(#2f67b1,#77a9ee);--ppo:light-dark(#8a3f86,#d08ccb);--aligned:light-dark(#a66a0d,#e0ac4e)}
body{max-width:860px;margin:0 auto;padding:32px 20px;background:var(--paper);color:var(--ink);font:16px/1.55 ui-serif,Charter,Georgia,serif}
h1,h2,h3,table,figcaption,summary,svg,.small{font-family:system-ui,"Segoe UI","Noto Sans",sans-serif}
h1{font-size:26px;line-height:1.25}h2{margin-top:40px;font-size:19px}h3{font-size:15px}
.small,figcaption{color:var(--muted);font-size:13.5px}
.lead{font-size:19px}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:14px}
caption{text-align:left;color:var(--muted);font-size:13.5px}
th,td{padding:6px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td.figure,th.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tfoot th,tfoot td{font-weight:600}tfoot .minor>*{color:var(--muted);font-weight:400}
details{margin:8px 0;border-top:1px solid var(--line)}summary{padding:8px 0;font-size:14px;cursor:pointer}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:8px 24px}
.pair p{margin:4px 0;overflow-wrap:anywhere}
tbody th{min-width:150px;width:40%;font-weight:450}
figure{margin:16px 0}
svg.figure{display:block;width:100%;height:auto}svg text{fill:var(--muted);font-size:12px}svg text.ink{fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:4px}
.grid{stroke:var(--line)}.line{fill:none;stroke:currentColor;stroke-width:1.6}.interval{stroke-width:2.5;opacity:.6}.point{opacity:.35}
.baseline{color:var(--baseline)}.lora{color:var(--lora)}.ppo{color:var(--ppo)}.aligned{color:var(--aligned)}
g.baseline,g.lora,g.ppo,g.aligned,svg.answers{fill:currentColor;stroke:currentColor}g circle.point{stroke:none}
circle.decision{fill:var(--paper);stroke:var(--aligned);stroke-width:1.5}circle.train{fill:var(--aligned)}circle.feedback{stroke:var(--baseline);stroke-dasharray:2 2}
code{overflow-wrap:anywhere;font-size:13px}
@media (max-width:600px){svg.figure text{font-size:19px}}
@media print{:root{color-scheme:light}body{max-width:none;padding:0}}
`.trim();
