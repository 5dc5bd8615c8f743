"""Which words tell whether a sentence ends? Short forms with a dot, and words that begin or need a continuation.

English, German, French and Spanish, as job ads use them; in lower case, without the last dot.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEVER_FINAL = _words("""
    e.g i.e eg ie cf vs viz approx incl excl resp mr mrs ms dr prof st mt messrs nos nr para fig figs pp bldg apt dept
    pref sr sra dra hr hrn mme mlle
    z.b d.h u.a o.ä i.d.r zb bzw ca ggf inkl exkl evtl vgl zzgl ziff bspw sog mind dipl p.ex p.ej núm pág
""")
"""No sentence ends with these: something always follows."""

DOTTED = _words("e.g i.e z.b d.h u.a o.ä p.ex p.ej i.d.r")
"""Letters with dots between that never end a sentence; others, such as `U.S` and `B.Sc`, may."""

RARELY_FINAL = _words("""
    inc ltd co corp plc llc jr bros assn assoc univ usd hrs yrs yr wk mo mon tue wed thu fri sat sun no art sec vol ch
    ext tel min max mín máx exp est gen gov sen rep lt col sgt capt rev hon ref feat asst exec mgr engr acct admin dev
    mfg intl natl govt str std ing rer nat abs ex ej env fr ud
""")
"""A sentence may end with these, but only if the next word is one that begins sentences."""

HOURS = _words("a.m p.m p.a")
"""A sentence ends with these before a capital, unless a day or month follows."""

BEFORE_NUMBER = _words("no nos nr art para sec fig p pp vol ch v version approx ca min max ext tel lit kap abs")
"""Before a number, the dot after these ends no sentence."""

DATES = _words("""
    january february march april may june july august september october november december
    januar februar märz mai juni juli oktober dezember jan feb mar apr jun jul aug sep oct okt nov dec dez quartal etage
    monday tuesday wednesday thursday friday saturday sunday
""")
"""What follows an ordinal number of German (`1. Januar`) or an hour (`5 p.m. Monday`) in the same sentence."""

STARTERS = _words("""
    a an the this that these those there we you your our us they their he she it its i my if in on at as for with to
    from by what who when where why how do does did is are was were have has can could will would should must may
    please apply send contact call visit join no not all any each every both some most however also additionally
    experience knowledge ability strong good excellent fluent candidates applicants salary position role job team
    company work working wir sie ihr ihre unser unsere die der das ein eine es bei mit für zu nous vous notre votre le
    la les un une des il elle nuestro nuestra el los las una usted ofrecemos buscamos
""")
"""Words that sentences of ads begin with: they tell an end after a short form, or where there are no capitals."""

SUFFIXES = _words("js net com org io ai co de fr uk eu ch es it py app dev tv")
"""What follows a dot inside a name: `Node.Js`, `Booking.Com`."""

GOES_ON = _words("""
    a an the and or of with in to for by on at from as including such your their its
    und oder mit der die das den dem des ein eine einer von zu für auf im am sowie bei
    et ou de la le les du un une avec dans pour à en sur y o con el los las para por una
""")
"""A line that ends with one of these goes on in the next."""
