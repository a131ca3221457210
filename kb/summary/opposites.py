"""Words that say the opposite of each other. Pure."""

from __future__ import annotations

from kb.summary.wording import stem

_PAIRS = """before:after more:less more:fewer early:late earlier:later first:last always:never always:rarely
    allow:forbid
    allow:prohibit permit:forbid permit:prohibit accept:reject accept:refuse increase:decrease rise:fall
    grow:shrink high:low higher:lower large:small larger:smaller big:small fast:slow faster:slower easy:hard
    easy:difficult easier:harder cheap:expensive cheap:dear cheaper:dearer same:different begin:end start:stop
    start:finish open:closed success:failure succeed:fail gain:lose keep:lose strong:weak strength:weakness
    good:bad better:worse best:worst useful:useless willing:unwilling likely:unlikely possible:impossible
    include:exclude separate:combine separate:together apart:together full:empty minimum:maximum least:most
    above:below over:under inside:outside all:none every:no many:few both:neither both:only all:only long:short
    longer:shorter win:lose trust:distrust honest:dishonest formal:informal mandatory:optional usually:rarely
    often:rarely often:seldom usually:seldom frequently:rarely sometimes:never sometimes:always rarely:always
    seldom:always assume:doubt safe:unsafe suitable:unsuitable fair:unfair necessary:unnecessary ready:unready
    clear:unclear known:unknown written:unwritten acceptable:unacceptable able:unable helpful:unhelpful
    important:unimportant agree:disagree encourage:discourage protect:expose improve:worsen help:hinder
    help:harm build:destroy repair:damage careful:careless certain:uncertain reliable:unreliable public:secret
    slower:faster worth:worthless support:oppose forget:remember ignore:notice ignore:consider hide:show
    reveal:hide disclose:hide narrow:wide simple:complex strict:loose tight:loose binding:indicative
    internal:external joint:separate calm:angry credible:incredible beginning:end advantage:disadvantage
    praise:blame raise:lower faster:later sooner:later quicker:slower more:equal later:before
    previously:afterwards normal:abnormal accident:purpose cannot:can less:greater rare:common rarely:commonly
    seldom:frequently minor:major necessary:needless wait:hurry before:once fail:work reduce:more
    reduce:increase reduce:raise concentrate:spread cause:prevent create:prevent enable:prevent shorten:lengthen
    shorten:extend faster:slow slow:fast fewer:increase less:increase cut:add add:remove hasten:delay
    speed:delay speed:slow accelerate:delay optimistic:realistic optimistic:pessimistic certain:doubtful
    welcome:unwelcome respect:ignore everybody:nobody everyone:nobody everything:nothing someone:nobody
    anyone:nobody exceed:below most:least largest:smallest highest:lowest longest:shortest heavier:lighter
    heavy:light earliest:latest must:optional add:deduct add:subtract plus:minus overrate:underrate
    overestimate:underestimate like:dislike punish:praise punish:reward praise:criticise reward:penalise
    send:receive sender:receiver sending:receiving push:pull arrive:leave allow:refuse permit:refuse permit:ban
    allow:ban encourage:prevent forbid:encourage authorise:forbid grant:refuse grant:deny give:withhold
    share:withhold tell:hide approve:reject approve:refuse admit:deny confirm:deny agree:refuse agree:object
    praise:condemn exclude:require waive:enforce new:old modern:old former:latter upstream:downstream top:bottom
    upper:lower next:previous next:last following:preceding future:past present:absent presence:absence
    temporary:permanent partial:complete partly:fully partial:full gradual:sudden gradually:suddenly
    verbal:written oral:written spoken:written private:public secret:open direct:indirect directly:indirectly
    active:passive positive:negative favourable:unfavourable favour:against pass:fail broad:narrow heavy:light
    thick:thin deep:shallow rich:poor abundant:scarce plenty:scarce crowded:empty busy:idle noisy:quiet
    loud:quiet hot:cold warm:cold frozen:thawed wet:dry sterile:contaminated pure:impure purity:impurity
    single:several single:multiple one:many alone:together solo:together leader:follower senior:junior
    expert:novice experienced:inexperienced junior:experienced generous:mean friend:enemy ally:rival
    partner:rival hope:fear like:dislike love:hate attract:repel comfort:worry calm:panic confident:doubtful
    confidence:doubt trust:suspect believe:doubt faith:doubt patient:impatient polite:rude friendly:hostile
    warm:cool flexible:rigid flexibility:rigidity routine:exceptional ordinary:exceptional usual:unusual
    common:unusual frequent:rare frequent:infrequent typical:atypical dull:exciting boring:exciting
    interesting:boring attractive:unattractive popular:unpopular relevant:irrelevant legal:illegal valid:invalid
    correct:incorrect correct:wrong right:wrong true:false accurate:inaccurate accurate:wrong exact:approximate
    exactly:roughly precise:vague precisely:vaguely specific:general specific:vague concrete:abstract
    explicit:implicit explicitly:implicitly visible:invisible visible:hidden obvious:hidden public:confidential
    consistent:inconsistent stable:unstable stability:instability steady:volatile fixed:variable fixed:floating
    constant:variable rigid:loose firm:soft robust:fragile robust:weak resilient:fragile relevant:needless
    essential:optional essential:unnecessary required:optional compulsory:optional compulsory:voluntary
    voluntary:mandatory forced:voluntary automatic:manual automatically:manually expand:shrink expand:contract
    widen:narrow grow:decline rise:decline increase:decline improve:decline improve:deteriorate
    strengthen:weaken tighten:loosen ease:tighten simplify:complicate clarify:obscure clarify:confuse open:close
    unlock:lock attach:detach connect:disconnect join:leave join:split merge:split merge:separate unite:divide
    collect:distribute gather:scatter remember:overlook notice:overlook notice:miss find:lose find:miss
    catch:miss attend:miss accelerate:slow advance:postpone hurry:delay early:postpone save:spend save:waste
    earn:spend benefit:harm reward:penalty bonus:penalty discount:surcharge cheap:costly cheaper:costlier
    free:paid lucky:unlucky fortunate:unfortunate happy:unhappy satisfied:dissatisfied pleased:angry
    wise:foolish clever:foolish sensible:foolish sound:unsound reasonable:unreasonable rational:irrational
    fair:biased neutral:biased objective:subjective honest:deceptive sincere:insincere frank:evasive
    candid:evasive open:evasive before:following until:after during:before during:after biggest:smallest
    bigger:smaller tallest:shortest strongest:weakest easiest:hardest cheapest:dearest fastest:slowest
    latest:first newest:oldest older:newer simplest:hardest safest:riskiest safer:riskier safe:risky few:most
    fewest:most majority:minority most:few frequently:seldom commonly:rarely commonly:seldom generally:rarely
    typically:rarely normally:rarely mostly:rarely regularly:rarely regularly:seldom regularly:never
    occasionally:always occasionally:never often:never usually:never commonly:never typically:never
    normally:never often:always everywhere:nowhere somewhere:nowhere entirely:partly wholly:partly
    completely:partly entirely:barely fully:barely exclusive:shared exclusively:jointly jointly:separately
    shared:separate alike:differently similar:different identical:different equal:unequal equal:different
    matching:conflicting agree:conflict harmony:conflict peace:conflict absent:attend keep:discard keep:drop
    retain:discard retain:dispose retain:destroy preserve:destroy preserve:discard store:discard start:end
    begin:finish begin:stop continue:stop continue:end continue:cease resume:stop launch:cancel confirm:cancel
    extend:cut prolong:shorten maintain:abandon pursue:abandon adopt:abandon adopt:reject embrace:reject
    follow:ignore obey:ignore heed:ignore obey:break honour:break keep:break obvious:unclear deliver:withhold
    publish:conceal disclose:conceal reveal:conceal show:conceal report:conceal admit:conceal share:conceal
    report:hide tell:conceal equally:less equally:more equally:fewer mature:immature independent:dependent
    depend:independent"""
OPPOSITES: dict[str, frozenset[str]] = {}
for _pair in _PAIRS.split():
    _one, _other = _pair.split(":")
    for _a, _b in ((_one, _other), (_other, _one)):
        OPPOSITES[_a] = OPPOSITES.get(_a, frozenset()) | {_b}
BY_STEM: dict[str, frozenset[str]] = {}
for _word, _others in OPPOSITES.items():
    BY_STEM[stem(_word)] = BY_STEM.get(stem(_word), frozenset()) | {stem(other) for other in _others}

_PREFIXES = ("un", "non", "in", "im", "ir", "il", "dis", "mis")


def denied_form(word: str, other: str) -> bool:
    """Whether one is the other with a prefix that denies it: "unclear" and "clear", "careful" and "careless"."""
    short, long = sorted((word, other), key=len)
    if len(short) >= 4 and any(long == prefix + short for prefix in _PREFIXES):
        return True
    return long.endswith("less") and short.endswith("ful") and long[:-4] == short[:-3]
