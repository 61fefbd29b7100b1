"""What headings of recaps are made of, in English, French, German and Japanese: vocabulary, no logic beyond matching."""

from __future__ import annotations

import re


def _whole(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\W*(?:" + "|".join(patterns) + r")\W*", re.IGNORECASE)


_ADJECTIVES = r"(?:opening|closing|morning|afternoon|evening|sponsored|main|first|final|more|other|day|the|les|die|mes|my|some)"
_CONTAINER = _whole(
    rf"(?:{_ADJECTIVES}\s+)*(?:keynotes?|key notes|sessions?|talks?|presentations?|lightning\s+talks?|ignite\s+talks?|workshops?"
    rf"|tutorials?|panels?"
    r"|tracks?|schedule|agenda|breakouts?|breakout sessions|conferences?|main conference|co-?located events?|program(?:me)?|plenar(?:y|ies)"
    r"|birds of a feather|bofs?|talk notes|session notes)(?:\s+(?:i attended|attended|session|sessions|talks|notes|track))?",
    r"(?:les\s+)?(?:conférences?|présentations?|ateliers?|keynotes?|sessions?|matinée|matin|après[- ]midi|soirée)",
    r"(?:die\s+)?(?:vorträge|keynotes?|sessions?|workshops?|vormittag|nachmittag|abend)",
    r"morning|afternoon|evening",
    r"(?:track|stage|room|saal|salle) (?:[A-H]|\d{1,2}|one|two|three)",
    r"(?:セッション|基調講演|キーノート|ワークショップ|ライトニングトーク|講演)(?:一覧|メモ)?",
)
_KEYNOTES = re.compile(r"\W*(?:the\s+)?keynotes\b(?:\s+\S+){0,6}\W*|.*\bkeynotes?\W*", re.IGNORECASE)
_SECTION = _whole(
    r"intro(?:duction)?|preface|foreword|about(?: .*)?|overview|summary|tl;?\s?dr|abstract|context|background|preamble",
    r"(?:in )?conclusions?|wrap(?:ping)?[ -]?up|closing(?: (?:notes|thoughts|remarks|words))?|final(?: (?:thoughts|words|notes"
    r"|remarks))|outro|epilogue",
    r"(?:key |my |main |overall |general )*(?:take-?aways?|thoughts|impressions|observations|opinions?|highlights|learnings|feedback)",
    r"(?:my )?top(?:\s+(?:\d+|three|five|ten|picks|talks|sessions|moments|highlights)\b.*)?|best of\b.*|my favou?rite\b.*"
    r"|favou?rites?(?: talks)?|things to .*|stuff to .*|to[- ]?dos?|action items"
    r"|next steps|what(?: (?:we|i)(?:'ll|’ll| will| plan to)? (?:do |try )?|(?:'s|’s| is| comes?) )next|follow[- ]?ups?",
    r"notes(?: (?:on|about)\b.*)?|thoughts on\b.*|talks? i(?:'d|’d| would| wish| want| missed)\b.*",
    r"(?:the )?(?:event|conference)(?: recap| in general| organi[sz]ation| itself)?|recap|retrospective|misc(?:ellaneous)?"
    r"|other(?: notes)?|random(?: notes)?",
    r"(?:coffee |lunch |tea )?breaks?|coffee|tea|kaffee|café|lunch(?:es)?(?: break)?|breakfast|dinner|food|registration|check[- ]?in"
    r"|reception"
    r"|(?:after |welcome )?party|social(?: event)?",
    r"hallway track|booths?|exhibit(?:ion|ors)?|expo|sponsors?(?: showcase)?|swag|travel(?:ling)?|hotel|venue|location|logistics"
    r"|photos?|pictures|people",
    r"resources?|links?|references?|further reading|reading list|credits|acknowledge?ments|thanks?(?: you)?|glossary|contents"
    r"|table of contents|updates?",
    r"(?:see you|next year|looking forward)\b.*|before (?:the conference|we start)|disclaimer|q ?& ?a|questions",
    r"bilan|résumé|pour (?:finir|conclure)|mot de la fin|en bref|déjeuner|pause(?: .*)?|ressources|remerciements|avant[- ]propos"
    r"|les talks que .*|contexte|liens",
    r"einleitung|einführung|vorwort|fazit|zusammenfassung|ausblick|mittag(?:essen|spause)?|kaffeepause|drumherum|danke|eindrücke"
    r"|rückblick|anreise|links",
    r"はじめに|まとめ|おわりに|終わりに|さいごに|最後に|所感|感想|昼食|ランチ|休憩|概要|参考(?:資料|リンク)?|目次|全体の感想|懇親会",
)
_BREAK = _whole(
    r"(?:coffee |lunch |tea |short )?breaks?|coffee|tea|kaffee|café|lunch(?:es)?(?: break)?|breakfast|dinner|registration|check[- ]?in"
    r"|networking|doors(?: open)?|hallway track",
    r"(?:pause|déjeuner|café)(?: .*)?|mittag(?:essen|spause)?|kaffeepause|昼食|ランチ|休憩",
)
_TOC = re.compile(
    r"\W*(?:(?:table of )?contents|in this (?:memo|post|article)|sommaire|inhalt(?:sverzeichnis)?|toc|目次|index)\W*",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\W*(?:check ?out (?:the |my )?other (?:days|posts|recaps|parts)|(?:see|read) also|you (?:may"
    r"|might) (?:also )?(?:be interested in|like|enjoy)"
    r"|related (?:posts|articles|links)|upcoming (?:conferences|events|talks)|recent posts|other posts|previous posts?|more posts|read more"
    r"|next post|previous post|articles similaires|à lire aussi|ähnliche beiträge"
    r"|das könnte .* interessieren|関連記事)\b.{0,30}",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"\W*(?:\d+\s*(?:views?|vues|comments?|commentaires?|likes?|shares?|claps?|min(?:ute)?s? read)\W*)+",
    re.IGNORECASE,
)
_PAGE_LINE = re.compile(
    r"\W*(?:leave a (?:comment|reply)|comments?|archives? (?:de )?(?:la )?(?:catégorie|category|kategorie).*"
    r"|category archives?.*|share(?: this)?(?: post)?"
    r"|back to (?:posts|top|blog)|subscribe\b.{0,40}|シェアする|retour)\W*",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"(?:mis(?:e)? à jour|(?:last )?updated?(?: on)?|posted(?: on)?|published(?: on)?|aktualisiert|veröffentlicht)\s*:?\s*.{4,30}",
    re.IGNORECASE,
)

# First letters: nearly all lines fail here, before any pattern is tried.
_TOC_BEGINS = frozenset("cits目")
_ELSEWHERE_BEGINS = frozenset("csryuompnaàäd関")
_COUNTER_BEGINS = frozenset("0123456789lcasbrmupvシ")


def _begins(words: str, letters: frozenset[str]) -> bool:
    first = words[:1]
    if not first.isalnum():
        first = next((ch for ch in words[:12] if ch.isalnum()), "")
    return first.lower() in letters


_PREFIX = re.compile(
    r"(?P<word>(?:sponsored |opening |closing |project )?keynote|panel(?: discussion)?|lightning talks?|workshop|tutorial"
    r"|hands[- ]on(?: lab)?|lab"
    r"|birds of a feather|bof|maintainer track|talk|session|demo|vortrag|atelier|conférence|présentation|基調講演|キーノート|セッション)"
    r"(?:\s*#?\d{1,2})?\s*[:：\-–—]\s*",
    re.IGNORECASE,
)
_KINDS = (
    ("keynote", re.compile(r"\bkeynotes?\b|基調講演|キーノート", re.IGNORECASE)),
    ("panel", re.compile(r"\bpanel(?: discussion)?\s*[:：]|\bpanel discussion\b|パネル", re.IGNORECASE)),
    (
        "workshop",
        re.compile(
            r"\bworkshops?\b|\btutorial\b|\bhands[- ]on\b|\bateliers?\b|ワークショップ", re.IGNORECASE
        ),
    ),
)
_KIND_PARTS = (
    "keynote",
    "panel",
    "workshop",
    "tutorial",
    "hands",
    "atelier",
)  # one of them stands in all that is not Japanese


def is_container(words: str) -> bool:
    """Tell whether a heading only gathers talks: "Keynotes", "Sessions", "Vorträge"."""
    return len(words) < 80 and bool(_CONTAINER.fullmatch(words) or _KEYNOTES.fullmatch(words))


def is_section(words: str) -> bool:
    """Tell whether a heading is about no talk: "Wrapping up", "Notes on autoscaling", "まとめ"."""
    return len(words) < 120 and bool(_SECTION.fullmatch(words))


def is_break(words: str) -> bool:
    """Tell whether a heading is a pause after which the day goes on: "Lunch", "Mittagspause"."""
    return len(words) < 40 and bool(_BREAK.fullmatch(words))


def is_contents(words: str) -> bool:
    """Tell whether the words announce a table of contents."""
    return len(words) < 40 and _begins(words, _TOC_BEGINS) and bool(_TOC.fullmatch(words))


def leads_elsewhere(words: str) -> bool:
    """Tell whether the words announce other pages: other days, related posts, upcoming conferences."""
    return len(words) < 90 and _begins(words, _ELSEWHERE_BEGINS) and bool(_ELSEWHERE.fullmatch(words))


def is_counter(words: str) -> bool:
    """Tell whether the words are a page's counters or the date of an update."""
    return (
        len(words) < 80
        and _begins(words, _COUNTER_BEGINS)
        and bool(_COUNTER.fullmatch(words) or _UPDATED.fullmatch(words) or _PAGE_LINE.fullmatch(words))
    )


def kind_prefix(words: str) -> re.Match[str] | None:
    """Match what a talk is announced as before its title: "Keynote: ", "Talk 3: "."""
    return _PREFIX.match(words)


def kind_of(*texts: str) -> str:
    """Name the kind of talk that the first telling text speaks of."""
    for words in texts:
        if words.isascii() and not any(part in words.lower() for part in _KIND_PARTS):
            continue
        for kind, pattern in _KINDS:
            if pattern.search(words):
                return kind
    return "session"
