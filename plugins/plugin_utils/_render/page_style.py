# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style of the page.

PRIVATE to the collection, and pure. Colours are pairs for light and dark; each text has a contrast of at least 4.5 to what is behind it.
"""

from __future__ import annotations

_COLOURS = """
:root{color-scheme:light dark;
--paper:#f6f5f1;--card:#fff;--ink:#1c2733;--soft:#55616e;--line:#dedcd4;--faint:#efede7;--link:#0b615c;
--fresh:#12807a;--amber:#cf8a1d;--blue:#4a78b5;--red:#bf3f33;--grey:#8d97a1;
--good-text:#0b615c;--warn-text:#855107;--bad-text:#a12c22;
--good-back:#e2f1ee;--warn-back:#fbefd9;--bad-back:#fae5e2;--grey-back:#eceef0;--shadow:0 1px 2px rgba(28,39,51,.06),0 6px 20px rgba(28,39,51,.05)}
@media (prefers-color-scheme:dark){:root{
--paper:#12181f;--card:#1a222b;--ink:#e6eaee;--soft:#a3afba;--line:#2f3a46;--faint:#222c36;--link:#6cccc3;
--fresh:#3aa89f;--amber:#d79a3c;--blue:#6f9bd6;--red:#e0675a;--grey:#7f8b97;
--good-text:#7ad3ca;--warn-text:#ecc07a;--bad-text:#f59a8f;
--good-back:#17332f;--warn-back:#382b14;--bad-back:#40201d;--grey-back:#28323c;--shadow:none}}
"""

_PAGE = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:84rem;margin:0 auto;padding:0 clamp(1rem,3vw,2.5rem)}
header{padding-top:clamp(1.75rem,4vw,3.25rem)}
h1{font-size:clamp(1.6rem,1.2rem + 1.6vw,2.3rem);line-height:1.2;letter-spacing:-.015em;font-weight:650;margin:0 0 .5rem;text-wrap:balance}
h2{font-size:1.06rem;line-height:1.3;font-weight:650;margin:0 0 1rem}
h3{font-size:.9rem;font-weight:600;margin:1rem 0 0;color:var(--soft)}
h3 b{color:var(--ink);margin-left:.25rem}
p{margin:0 0 .6rem}
ul,ol{margin:0;padding:0;list-style:none}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
small{font-size:.82em;color:var(--soft)}
time{white-space:nowrap}
.lead{font-size:1.16rem;max-width:50rem;color:var(--ink);text-wrap:pretty}
.made,.hint{color:var(--soft);font-size:.9rem}
.hint{margin:.9rem 0 0;max-width:60rem}
.hint li{margin:.2rem 0}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem;top:0;background:var(--card);color:var(--link);padding:.6rem 1rem;z-index:9}
.skip:focus{left:0}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
main>*{margin-top:1.25rem}
footer{margin-top:2.5rem;padding-bottom:2.5rem;color:var(--soft);font-size:.85rem}
.card,.unseen-part{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.25rem clamp(1rem,2vw,1.6rem) 1.4rem;
box-shadow:var(--shadow);min-width:0}
.unseen-part{box-shadow:inset 6px 0 0 var(--red);background:var(--bad-back);padding-left:1.9rem}
.unseen-part.quiet{box-shadow:inset 6px 0 0 var(--grey);background:var(--card)}
.unseen-part h2{margin-bottom:.4rem}
.unseen-part h2:not(:first-child){margin-top:1rem}
.unseen-part li{padding-left:1rem;position:relative}
.unseen-part li::before{content:"";position:absolute;left:.1rem;top:.65em;width:.36rem;height:.36rem;border-radius:50%;background:var(--soft)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1.25rem}
.figure{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.1rem 1.4rem 1.2rem;box-shadow:var(--shadow);}
.figure b{display:block;font-size:clamp(2rem,1.6rem + 1.6vw,2.9rem);line-height:1.1;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.figure span{color:var(--soft);font-size:.95rem;line-height:1.35;display:block;margin-top:.2rem}
.figure::before{content:"";display:block;width:2.4rem;height:4px;border-radius:2px;background:var(--line);margin-bottom:.9rem}
.figure.good::before{background:var(--fresh)}.figure.warn::before{background:var(--amber)}.figure.bad::before{background:var(--red)}
.figure.unknown::before{background:var(--grey)}
border-top-color:var(--grey)}
.figure.good b{color:var(--good-text)}.figure.warn b{color:var(--warn-text)}.figure.bad b{color:var(--bad-text)}
"""

_PARTS = """
button,select,input{font:inherit;color:inherit}
.show,.clear,#rest button{border:1px solid var(--line);background:var(--card);color:var(--link);border-radius:8px;padding:.2rem .75rem;font-size:.85rem;
font-weight:550;cursor:pointer}
.show:hover,.clear:hover,#rest button:hover{border-color:var(--link);background:var(--faint)}
.tag{display:inline-block;border-radius:99px;padding:.1rem .6rem;font-size:.78rem;font-weight:600;line-height:1.5;white-space:nowrap}
.tag.bad,.tag.blocks{background:var(--bad-back);color:var(--bad-text)}
.tag.warn,.tag.warns{background:var(--warn-back);color:var(--warn-text)}
.tag.note{background:var(--grey-back);color:var(--soft)}
.points li{display:grid;grid-template-columns:2.8rem 1fr auto 4.6rem;gap:.2rem .9rem;align-items:center;padding:.55rem 0;border-top:1px solid var(--faint)}
.points li:first-child{border-top:0;padding-top:0}
.points li:last-child{padding-bottom:0}
.points b{font-size:1.35rem;font-weight:650;text-align:right;font-variant-numeric:tabular-nums;line-height:1.2}
.charts{display:flex;flex-wrap:wrap;gap:1.25rem}
.charts>.card{flex:1 1 calc(50% - .65rem);min-width:min(24rem,100%)}
.charts.three>.card{flex-basis:calc(33% - 1rem)}
.charts>.wide,.wide{flex-basis:100%!important}
.bars li,.causes li{display:grid;grid-template-columns:1fr auto auto;gap:.15rem .9rem;align-items:center;padding:.4rem 0}
.bars .strip,.causes .strip{grid-column:1/-1}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.number b{font-weight:650}
.number small{display:inline-block;min-width:2.9rem}
.strip{display:block;width:100%;height:10px;border-radius:5px;overflow:hidden}
.track{fill:var(--faint)}
.p-fresh{fill:var(--fresh)}.p-amber{fill:var(--amber)}.p-blue{fill:var(--blue)}.p-red{fill:var(--red)}.p-grey{fill:var(--grey)}
.dot{display:inline-block;width:.72rem;height:.72rem;margin-right:.5rem;vertical-align:-.05em;flex:none}
.side{display:grid;grid-template-columns:4rem 1fr;gap:.75rem;align-items:center;margin:.5rem 0}
.side .strip{height:26px;border-radius:7px}
.causes{margin-top:.5rem;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));column-gap:2.5rem}
.causes li{padding:.7rem 0;border-top:1px solid var(--faint);align-content:start}
.causes .strip{height:6px;max-width:22rem}
.causes p{grid-column:1/-1;margin:.15rem 0 0;font-size:.92rem;color:var(--soft)}
.causes .remedy{color:var(--ink)}
.causes code{font-weight:600}
details{border-top:1px solid var(--line);padding:.8rem 0 0;margin:.8rem 0 0}
h2+details{border-top:0;margin-top:0;padding-top:0}
summary{cursor:pointer;padding:.15rem 0;color:var(--link);font-weight:550}
summary span{color:var(--soft);font-weight:400;margin-left:.4rem}
details[open]>summary{margin-bottom:.5rem}
.columns{display:grid;grid-template-columns:repeat(12,1fr);gap:clamp(.15rem,.6vw,.5rem);align-items:end;text-align:center;font-size:.82rem;margin-top:1rem}
.columns li{display:flex;flex-direction:column;min-width:0}
.columns b{font-variant-numeric:tabular-nums;min-height:1.5em;font-weight:600}
.columns svg{display:block;width:100%;height:110px}
.columns span{color:var(--soft);line-height:1.25;margin-top:.3rem;min-height:2.6em;overflow-wrap:normal}
.columns small{display:block;font-size:.9em}
.columns .unseen{margin:0;min-height:0}
.asides{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem;font-size:.95rem}
.lane,.marks{display:block;width:100%;height:40px;overflow:visible}
.marks{height:22px;font-size:12px}
.marks text{fill:var(--soft);text-anchor:middle}
.axis{stroke:var(--line);stroke-width:2}
.tick{stroke:var(--line);stroke-width:1;stroke-dasharray:2 4}
.now{stroke:var(--soft);stroke-width:2}
.lane circle{stroke:var(--card);stroke-width:2}
.lane text{font-size:11px;font-weight:650;text-anchor:middle;fill:#fff}
.lane .t-amber,.lane .t-grey{fill:#14181d}
.timeline{padding:0 .25rem .4rem}
"""

_TABLE = """
#filters{display:grid;grid-template-columns:repeat(auto-fill,minmax(12.5rem,1fr));gap:.8rem 1rem;align-items:end;margin-bottom:1rem}
#filters[hidden]{display:none}
.control label{display:block;font-size:.82rem;font-weight:550;color:var(--soft);margin-bottom:.2rem}
.control select,.control input{width:100%;min-width:0;border:1px solid var(--grey);border-radius:8px;background:var(--card);padding:.45rem .6rem;
height:2.5rem;text-overflow:ellipsis}
.control.narrow{display:none}
.clear{height:2.5rem;justify-self:start;padding:0 1.2rem}
#shown{font-size:.92rem;font-weight:550;margin-bottom:.6rem}
#rest{margin:1rem 0 0}
#rest button{padding:.45rem 1rem}
.scroll{overflow:auto;max-height:min(82vh,64rem);border:1px solid var(--line);border-radius:10px;position:relative}
table{border-collapse:separate;border-spacing:0;text-align:left;font-size:.88rem;line-height:1.4}
caption{text-align:left;padding:.6rem .8rem;color:var(--soft);font-size:.85rem}
#connections{min-width:100%}
th,td{padding:.55rem .8rem;vertical-align:top;border-top:1px solid var(--faint);unicode-bidi:isolate}
td{min-width:6.8rem;max-width:17rem}
td.k{min-width:12.5rem}
td.s{white-space:nowrap}
td.p{min-width:9rem}
td.w{min-width:20rem;max-width:28rem}
td.id{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;white-space:nowrap;color:var(--soft)}
.n{text-align:right;font-variant-numeric:tabular-nums}
td small{display:block}
thead th{position:sticky;top:0;z-index:2;background:var(--faint);border-top:1px solid var(--line);border-bottom:1px solid var(--line);padding:0;
white-space:nowrap}
thead button{all:unset;box-sizing:border-box;width:100%;padding:.6rem .8rem;cursor:pointer;font-weight:600;color:var(--ink)}
thead button:hover{color:var(--link)}
thead button:focus-visible{outline:3px solid var(--link);outline-offset:-3px}
thead button::after{content:"\\2195";margin-left:.4rem;color:var(--grey);font-weight:400}
th[aria-sort=ascending] button::after{content:"\\2191";color:var(--link)}
th[aria-sort=descending] button::after{content:"\\2193";color:var(--link)}
#rows th{position:sticky;left:0;z-index:1;background:var(--card);min-width:12rem;max-width:20rem;font-weight:600;border-right:1px solid var(--faint)}
#connections thead th:first-child{left:0;z-index:3}
#rows tr:hover td,#rows tr:hover th{background:var(--faint)}
#rows td>b{font-weight:600;white-space:nowrap}
.v-good{color:var(--good-text)}.v-warn{color:var(--warn-text)}.v-bad{color:var(--bad-text)}
#rows .v-unknown{color:var(--soft);font-weight:400;font-style:italic}
#rows .v-plain{font-weight:400}
.js #rows tr:nth-child(n+101){display:none}
.small{width:100%}
.small th,.small td{min-width:0;padding:.45rem .6rem}
.small td:first-child,.small th:first-child{padding-left:0}
.small caption{padding:0}
.small thead th{position:static;background:none;border:0;padding:.4rem .8rem;color:var(--soft);font-weight:550}
.small tbody th{font-weight:500}
"""

_SCREENS = """
@media screen and (max-width:640px){
.card,.unseen-part{overflow-x:clip}
.figures{grid-template-columns:1fr 1fr;gap:.75rem}
.figure{padding:.8rem 1rem .9rem}
.points li{grid-template-columns:1.6rem 1fr auto}
.points .tag{grid-column:2;justify-self:start}
.points .show{grid-column:3;grid-row:1/3}
.control.narrow{display:block}
#filters{grid-template-columns:1fr 1fr}
.control.search{grid-column:1/-1}
.marks{font-size:10px}
.marks text:first-child{display:none}
.marks text:nth-child(n+3){font-size:9px}
.columns{font-size:.72rem}
.scroll:has(#connections){max-height:none;border:0;overflow:visible}
#connections,#rows{display:block}
#connections thead{display:none}
#rows tr{display:block;border:1px solid var(--line);border-radius:12px;padding:.8rem 1rem;margin-bottom:.75rem}
#rows th{display:block;position:static;border:0;padding:0 0 .4rem;max-width:none;font-size:1rem;background:none}
#rows td{display:grid;min-width:0;grid-template-columns:8.2rem minmax(0,1fr);column-gap:.75rem;border:0;padding:.16rem 0;max-width:none;text-align:left;
white-space:normal}
#rows td>*{grid-column:2}
#rows td>b{white-space:normal}
#rows td:empty{display:none}
#rows td::before{color:var(--soft);font:.84rem/1.5 system-ui,sans-serif;grid-column:1;grid-row:1}
#rows tr:hover td,#rows tr:hover th{background:none}
}
@media print{
:root{color-scheme:light}
@page{size:A4 landscape;margin:12mm}
body{background:#fff;color:#000;font-size:10pt}
header,main,footer{max-width:none;padding:0}
#filters,.show,#rest,.skip,thead button::after{display:none!important}
.card,.figure,.unseen-part{box-shadow:none;break-inside:avoid}
.card.wide{break-inside:auto}
.scroll{max-height:none;overflow:visible;border:0}
#connections{font-size:6pt;table-layout:auto}
#connections th,#connections td{position:static;padding:2pt;min-width:0;white-space:normal}
#connections thead button{padding:0;overflow-wrap:normal}
#connections td.id{overflow-wrap:anywhere}
details::details-content{content-visibility:visible;block-size:auto}
tr{break-inside:avoid}
thead{display:table-header-group}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
@media (forced-colors:active){.strip rect:not(.track),.columns rect:not(.track){fill:CanvasText}.lane circle{fill:CanvasText}.lane text{fill:Canvas}}
"""

STYLE = _COLOURS + _PAGE + _PARTS + _TABLE + _SCREENS
