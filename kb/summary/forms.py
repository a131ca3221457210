"""Forms of a word that no suffix leads to: of verbs, and a few plurals. Pure."""

from __future__ import annotations

IRREGULAR = dict(
    pair.split(":")
    for pair in """made:make told:tell said:say paid:pay found:find left:leave held:hold kept:keep sold:sell
    bought:buy knew:know known:know wrote:write written:write ran:run got:get gotten:get gave:give given:give
    took:take taken:take saw:see seen:see went:go gone:go came:come thought:think chose:choose chosen:choose
    broke:break broken:break drew:draw drawn:draw spoke:speak spoken:speak fell:fall fallen:fall met:meet sent:send
    spent:spend grew:grow grown:grow meant:mean heard:hear led:lead lost:lose began:begin begun:begin built:build
    brought:bring became:become felt:feel understood:understand shown:show taught:teach rang:ring rung:ring
    caught:catch won:win wore:wear worn:wear hid:hide hidden:hide rose:rise risen:rise stood:stand sat:sit slept:sleep
    forbidden:forbid forbade:forbid bound:bind dealt:deal drove:drive driven:drive fed:feed fought:fight flew:fly
    flown:fly forgot:forget forgotten:forget froze:freeze frozen:freeze laid:lay lent:lend mistook:mistake
    mistaken:mistake overcame:overcome proven:prove rewrote:rewrite rewritten:rewrite sought:seek shook:shake
    shaken:shake shrank:shrink shrunk:shrink stuck:stick struck:strike swept:sweep tore:tear torn:tear threw:throw
    thrown:throw undertook:undertake undertaken:undertake withdrew:withdraw withdrawn:withdraw ate:eat eaten:eat
    drank:drink drunk:drink sank:sink sunk:sink stole:steal stolen:steal swore:swear sworn:swear woke:wake woken:wake
    arisen:arise arose:arise overseen:oversee oversaw:oversee children:child people:person men:man women:woman
    analyses:analysis criteria:criterion lives:life""".split()  # noqa: SIM905
)
