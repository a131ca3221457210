"""Forms of a word that no suffix leads to, and words that say the same here. Pure."""

from __future__ import annotations

IRREGULAR = dict(
    pair.split(":")
    for pair in """made:make told:tell said:say paid:pay found:find left:leave held:hold kept:keep sold:sell
    bought:buy knew:know known:know wrote:write written:write ran:run got:get gave:give given:give took:take
    taken:take saw:see seen:see went:go gone:go came:come thought:think chose:choose chosen:choose broke:break
    broken:break drew:draw drawn:draw spoke:speak spoken:speak fell:fall fallen:fall met:meet sent:send spent:spend
    grew:grow grown:grow meant:mean heard:hear led:lead lost:lose began:begin begun:begin built:build brought:bring
    became:become felt:feel understood:understand shown:show taught:teach rang:ring signed:sign children:child
    people:person men:man women:woman better:good best:good worse:bad worst:bad data:data analyses:analysis
    caught:catch won:win wore:wear hid:hide hidden:hide rose:rise risen:rise stood:stand sat:sit slept:sleep
    ought:should decision:decide decisions:decide choice:choose choices:choose approval:approve approvals:approve
    proof:prove failure:fail failures:fail growth:grow loss:lose losses:lose sale:sell sales:sell
    forbidden:forbid forbade:forbid bound:bind dealt:deal drove:drive driven:drive fed:feed fought:fight flew:fly
    flown:fly forgot:forget forgotten:forget froze:freeze frozen:freeze laid:lay lent:lend mistook:mistake
    mistaken:mistake overcame:overcome proven:prove rewrote:rewrite rewritten:rewrite sought:seek shook:shake
    shaken:shake shrank:shrink shrunk:shrink stuck:stick struck:strike swept:sweep tore:tear torn:tear threw:throw
    thrown:throw undertook:undertake undertaken:undertake withdrew:withdraw withdrawn:withdraw ate:eat eaten:eat
    drank:drink sank:sink sunk:sink stole:steal stolen:steal swore:swear sworn:swear woke:wake criteria:criterion
    fewer:few further:far lives:life arisen:arise arose:arise overseen:oversee oversaw:oversee slowed:slow
    knowledge:know thought:think signature:sign signatures:sign""".split()  # noqa: SIM905
)
# The first of each row stands for the others. Only words that no summary tells apart: a row too many lets a lie pass.
_ALIKE = """
    begin start commence; choose select pick; big large great; permit allow; forbid prohibit; fast quick
    rapid swift; talk chat conversation discuss; try attempt; place location; firm company business; mistake
    error; remember recall; stop halt; finish complete; job task; aim goal target; staff personnel employee;
    tell inform notify; answer reply respond; surprise shock astonish; examine scrutinise inspect; happen occur;
    receive obtain; build construct; repair mend; worry concern; deal bargain; customer client; split divide;
    money cash; assist help; buy purchase; require need demand; quiet silent silence; achieve accomplish; wait
    await; often frequent; rare seldom; usual typical normal; entire whole; fix settle; owner proprietor;
    medicine drug; pay remunerate; leave quit; ship deliver; explain clarify; believe think; want wish;
    understand grasp; enough sufficient; almost near; hard difficult; easy simple; cheap inexpensive; dear
    expensive costly; hurt harm damage; replace substitute; protect safeguard guard; danger risk hazard; sure
    certain; own possess; keep retain; use employ utilise; alter change modify; show display demonstrate; learn
    discover; visit call; propose suggest; reduce decrease; increase raise; mention refer; expert specialist;
    sincere honest; anger upset; delay postpone; plant facility
"""
ALIKE = {word: row.split()[0] for row in _ALIKE.split(";") for word in row.split()[1:]}
