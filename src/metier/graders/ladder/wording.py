r"""Which words say that a value follows, that it is said again, that a remark begins, or that nothing is stated?

Patterns only, over cleaned text; `statement` puts them to use.
"""

from __future__ import annotations

import re


def _words(text: str) -> str:
    """Words and phrases apart by two blanks or more as alternatives of a pattern."""
    return "|".join(re.split(r"\s{2,}", text.strip()))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


NUMBER_WORD = (
    r"(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty)"
)
"""`one` is left out: it is more often a pronoun."""
_NEARLY = r"(?:about|approximately|roughly|around|nearly)"

LABEL = re.compile(
    r"(?i)^(?:(?:the )?(?:final )?(?:answer|result|solution|conclusion|ans|step \d+)s?\b ?(?:\([a-z]\) ?)?"
    r"(?:[.:→-]|is:?)+ ?|(?:"
    + _words("therefore  thus  hence  so  consequently  finally  then  now  overall  in total  altogether  =")
    + r")(?:,|:)? |[A-Z][A-Za-z' /-]{2,40}: )+"
)
VERBS = re.compile(
    r"(?i)\b(?:"
    + _words(r"""
    is  are  was  were  be  equals?  becomes?  (?:comes?|works?|amounts?|turns?) (?:out(?: to)?|to)(?: be)?
    evaluates to  gives?  yields?  gets?  obtain  find  have  has  needs?  takes?  requires?  corresponds to  weighs?
    contains?  results in  leads to  leaves(?: \w+)? with  given by
    carr(?:y|ies)  exerts?  reads?  lasts?  produces?  releases?  absorbs?  reaches
    costs?  measures?  holds?  (?:accelerates|moves|travels) at  forms  experiences?  calculated  simplifies to
    (?:grew|grows?|rose|rises?|expanded|increased) at (?:an? |the )?(?:[\w-]+ ){0,2}rate of
    (?:lies?|lay|sits?|stands?|stood)(?: at| some)?  \w+ by a factor of
    reduces to  ends? up (?:with|at)  occup(?:y|ies)  fills?  shares?
    (?:drops|falls|rises|increases|decreases|grows|climbs) to  intersect at  located at  conclude that""")
    + r")\b(?: equal)?(?: to)?(?: be)?:?"
)
AGAIN = re.compile(
    r",? *(?:\(?\bi\.? ?e\.?,?|\bthat is(?: to say)?,|\bthat is(?= -?[\d.\\])|"
    rf"\bor,? (?:{_NEARLY}|approx\.?|equivalently|simply|just)\b,?|"
    r"\bequivalently\b,?|\bin other words\b,?|,(?= ?≈)|"
    rf",(?= {_NEARLY} -?[\d.]+(?:e-?\d+)?(?: ?[A-Za-z/°%]+)?$)|"
    rf"\bwhich (?:is|equals|simplifies to|is equal to)(?= (?:{_NEARLY} )?-?[\d.\\])) *{_NEARLY}? *"
)
AGAIN_INSIDE = re.compile(rf"(?i)^(?:i\.? ?e\.?,?|that is,?|or|{_NEARLY}|approx\.?|≈|=)+ *(?=[-\d.\\])")
_REASONS = _words("since  because  so that  when  where  assuming  using  rounded")
_COUNTS = r"(?:\d+|two|three|four)"
_NUMBERED = rf"[^.;]*?(?:(?<![-\w.])\d|\b{NUMBER_WORD} (?!times))"
REMARK = re.compile(
    r"(?:,| -|;| --)+ (?:"
    + _words(r"""
    which  who  where  since  because  as  so  thus  hence  meaning  indicating  showing  suggesting  implying  rounded
    roughly  about  approximately  almost  nearly  more  less  much  just  well  far  compared  assuming  using  with
    at  in  on  when  for  directed  pointing  acting  due  a  an  the  positive  negative  not surprisingly  giving
    making  under  above  below  over  close  consistent  corresponding  and (?:so|thus|hence|the (?!.*\d))
    (?:and |so )?(?:we|the null hypothesis|it) (?:retain|reject|accept)s?
    valid  holds""")
    + rf"|(?!leaving|giving|making|yielding|bringing)[a-z]{{3,}}ing (?!{_NUMBERED})|to {_COUNTS})\b|"
    rf" (?:{_REASONS}|as (?:expected|required)|compared (?:to|with)|"
    rf"to {_COUNTS} (?:s\.? ?f|sig|d\.? ?p|dec|places)\w*)\b|"
    r"(?<=[\d}%]) [<>] |"
    r" (?:with|where) (?=\\?[A-Za-z]\w* ?[=≈])|"
    r" for (?=\|?\\?[A-Za-z]\w*\|? ?[<>≤≥≠=∈])|"
    r" and (?!above|below|more|less|over|up)(?:[A-Za-z']+ ){1,4}(?:is|are|has|have)\b(?!.*\d)|"
    r" --? (?=[a-z]{2,} (?![-+*/^=]))"
)
SO = re.compile(r"[-,; ]+(?:so|thus|hence|therefore|giving|making)\b,? *")
_CONTEXT = _words("using  with  after  at  for  when  since  as  because  given  from  substituting  plugging  in  by")
_ACTS = _words(
    """
    rounded  rounding  applying  taking  assuming  under  on  differentiating  integrating  solving  simplifying
    evaluating  dividing  multiplying  setting  rearranging  adding"""
)
BEGINS_SETTING = re.compile(rf"(?i)(?:{_CONTEXT}|{_ACTS})\b")
SETTING = re.compile(
    rf"(?i)^(?:{_CONTEXT}|{_ACTS}"
    r")\b(?:.*, (?:we |this |it )?(?:(?:get|find|obtain|have|gives?|yields?|follows that|then)\b ?)?|"
    r".*? (?:(?:we|you) (?:get|find|obtain|have)|gives|yields|leads to|it follows that|results in)\b ?)"
)
DENIES = re.compile(
    r"(?i)\b(?:"
    + _words(r"""
    no  not  never  cannot  neither  nor  either  maybe  perhaps  possibly  might  may  unless  if  but  however
    although  though  whereas  while  instead  rather  wrong  incorrect  actually  wait  doubt  think  believe  lost
    suppose  guess  initial(?:ly)?(?! condition| value)  otherwise  except  unknown  given(?! by)  versus  could be
    should  only (?=if|some|when|\d)  half of  mistakes?  errors?  some  people  students?  naive  claims?  says?
    question  problem  textbook  book  assumed  false  untrue  myth  hardly  scarcely  barely
    claimed  fails?  miss(?:es|ed)  avoid(?:s|ed)?  far from  nowhere near  assuming that  let  old  scratch
    uncertainty  tolerance  standard deviation of the  difference between""")
    + r")\b|n't\b|\?|\b(?:would|could) have\b|, (?:who|which|whose)\b|^(?:Had|Were|Twice|Half|Double|Triple)\b"
)
ORDERS = re.compile(
    r"(?i)^(?:"
    + _words("""
    divide  multiply  add  subtract  mix  take  let  suppose  consider  assume  use  set  put  heat  cool  plug  insert
    recall  note  remember  compare  given  find  compute  calculate  see  try  convert  round  replace  check  start
    imagine  say""")
    + r")\b"
)
BOUNDS = re.compile(
    r"(?i)\b(?:"
    + _words("""
    least  most  exceeds?  up to  (?:less|more|greater|fewer|larger|smaller|higher|lower|other) than  below  above
    under  over  between  within  twice  double  triple  half  times  order of  minimum of  maximum of  out of  range
    (?:factor|multiple|fraction|percentage|square|square root|reciprocal|negative|logarithm) of  or more  or less""")
    + rf")\b|[<>≤≥≠]|"
    rf"\b(?:(?:reduc|increas|decreas|chang|divid)\w*|differs?|multipl\w+|rises?|falls?|drops?|off|grows?) "
    rf"by (?:{_NEARLY} )?-?$"
)
"""What stands before a value that is none of its own: a bound, a factor, a change."""
SPOILS = re.compile(
    r"(?i)\b(?:"
    + _words(r"""
    wrong  incorrect  cannot  wait  instead  rather  actually  but  however  if  unless  maybe  perhaps  possibly
    although  though  whereas  plus  minus  too  not  impossible  absurd  unphysical  scratch  sorry
    apart from  (?:still|yet|to) be (?:doubled|halved|tripled|squared)  be (?:doubled|halved|tripled)  is subtracted
    contradict\w*  correct(?:ed|ion)?  mistake  neither  either(?! side| way| direction| end| case)""")
    + r")\b|\b(?:or|not|and(?: then)?(?: to)?) (?:\w+ )?[-+]?\d|"
    r"\b(?:in|for|on) (?:each|every)\b|\baway from\b.*\d|\b(?:each|every|per|so (?:it|the|we|this|that))\b.*\d|\?"
)
"""What takes a value back behind it."""
SCALES = re.compile(
    r"(?i)^(?:"
    + _words(r"""
    times  more  less  fewer  greater  larger  smaller  dozens?  hundreds?  thousands?  millions?  billions?
    half(?!-li)  fold  or  and  out  than  in \d+  as an? (?:factor|divisor|multiple)  per  squared  cubed  each  every
    short of  \w+er than""")
    + r")\b|^(?:is|are|was|were) (?!\w*(?:ed|wn|made|(?:giv|tak|tt)en|ght)\b)"
)
GOVERNED = re.compile(
    r"(?i)\b(?:of(?! which| these| those| them)|at|after|when|with|from|in|through|on|under|using) "
    r"(?:[a-z]+ ){0,2}(?:[a-z]\w* ?[=≈] ?)?-?[\d.]+|"
    r"\b(?:for|until|before) [a-z ]+ -?[\d.]+"
)
"""Numbers behind a value that say where or when it holds."""
ABSTRACT = re.compile(r"(?i)^(?:cubic |square |sq\.? )?units?(?:\^?\{?[23]\}?| squared| cubed)?$")
PLACES = _set("""
    of behind from to at in above below along on with after before when under over across through away toward towards
    during by beyond into within around between for directed acting must is are needed required each every long wide
    high deep due and or as out the so because since total respectively approximately about north south east west up
    upward upwards down downward downwards left right
""")
"""Words that begin what is said about a value, and never belong to its unit."""
FUNCTIONS = _set(
    "sin cos tan cot sec csc ln log exp sqrt arctan arcsin arccos sinh cosh tanh max min lim pi per and or"
)
START = re.compile(
    r"(?<![\w.^_}\\{(])(?:[-+] ?)?(?:\d|\.\d|\\(?:frac|sqrt|pi|binom|ln|log|infty|begin|langle|hat)|[(\[⦃]|\d+!)|"
    rf"(?i:\b{NUMBER_WORD}\b)"
)
"""Where a value begins."""
NAMED = re.compile(
    r"(?:\[[A-Z][^\[\]=]*\]|"
    r"\\?[A-Za-zΔ∇][\w°']*(?:_ ?(?:\{[^{}]*\}|\w+))?(?:\^°)?(?: ?\([^()]*\))?'*|\\\w+ ?\{?\w*\}?) ?[=≈∈]"
)
WORD = re.compile(r"(?<![\\A-Za-z_{^}\d)])[A-Za-z]{2,}(?:-[A-Za-z]+)*(?![\^_A-Za-z])|(?<= )a(?= [a-z]{2})")
MEASURED = re.compile(r"-?[\d.].*[A-Za-z%°]")
